using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Judging;

/// <summary>
/// One question to the model about each row, answered by its logits of the digits where the next token would stand. The text may stand
/// in several pieces, some the same for all rows: those are shared prefixes. A digit is put behind it for the gather to have a position.
/// </summary>
internal sealed class RatingPrompt(TextCatalog texts)
{
    private readonly int digit = texts.Shared("digit", [DigitTokens.Of(texts.Vocabulary)[1]]);
    private readonly List<(int Place, bool PerRow, int TurnPlace)> pieces = [];
    private int[] passes = [], turnPasses = [];

    /// <summary>Adds a piece that is the same for all rows.</summary>
    public RatingPrompt Then(string text)
    {
        pieces.Add((texts.Shared(text), false, -1));
        return this;
    }

    /// <summary>Adds a piece that each row has for itself.</summary>
    /// <param name="place">Of <see cref="TextCatalog.PerRow"/>.</param>
    /// <param name="turnPlace">Of <see cref="TextCatalog.PerTurn"/>, for a question about each earlier answer too; −1 = none.</param>
    public RatingPrompt ThenRow(int place, int turnPlace = -1)
    {
        pieces.Add((place, true, turnPlace));
        return this;
    }

    public void AddPasses(PassBook book)
    {
        book.Passes.ListedIds = DigitTokens.Of(texts.Vocabulary);
        passes = new int[book.Rows];
        bool asksTurns = pieces.Any(piece => piece.TurnPlace >= 0);
        if (asksTurns) turnPasses = new int[book.Turns.Total];
        foreach (int row in book.UsableRows())
        {
            if (asksTurns)
                foreach (int turn in book.ScoredEarlier(row))
                    turnPasses[book.Turns.First(row) + turn] = Add(book, piece => !piece.PerRow ? piece.Place : piece.TurnPlace + book.Turns.First(row) + turn);
            passes[row] = Add(book, piece => piece.PerRow ? piece.Place + row : piece.Place);
        }
    }

    private int Add(PassBook book, Func<(int Place, bool PerRow, int TurnPlace), int> place)
    {
        List<Segment> parts = [book.Bos, .. pieces.Select(piece => book.Whole(place(piece)))];
        int length = parts.Sum(part => part.Length);
        return book.Want(book.AddSpan([.. parts, book.Whole(digit)], length, length + 1), PassWants.Listed);
    }

    /// <summary>Probabilities of the ratings; null for a row whose text does not fit the window, or whose logits are not numbers.</summary>
    public double[]? Probabilities(PassResults results, int row, int lowest, int highest) => OfPass(results, passes[row], lowest, highest);

    /// <summary>The same for an earlier answer, by its place among all of the run.</summary>
    public double[]? TurnProbabilities(PassResults results, int place, int lowest, int highest) => OfPass(results, turnPasses[place], lowest, highest);

    private static double[]? OfPass(PassResults results, int pass, int lowest, int highest)
    {
        if (pass < 0 || results.Listed(pass).IsEmpty) return null;
        double[] probabilities = DigitRating.Probabilities(results.Listed(pass), lowest, highest);
        return probabilities.All(double.IsFinite) ? probabilities : null;
    }
}
