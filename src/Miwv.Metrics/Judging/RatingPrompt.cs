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
    private readonly List<(int Place, bool PerRow)> pieces = [];
    private int[] passes = [];

    /// <summary>Adds a piece that is the same for all rows.</summary>
    public RatingPrompt Then(string text)
    {
        pieces.Add((texts.Shared(text), false));
        return this;
    }

    /// <summary>Adds a piece that each row has for itself.</summary>
    /// <param name="place">Of <see cref="TextCatalog.PerRow"/>.</param>
    public RatingPrompt ThenRow(int place)
    {
        pieces.Add((place, true));
        return this;
    }

    public void AddPasses(PassBook book)
    {
        book.Passes.ListedIds = DigitTokens.Of(texts.Vocabulary);
        passes = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            List<Segment> parts = [book.Bos, .. pieces.Select(piece => book.Whole(piece.PerRow ? piece.Place + row : piece.Place))];
            int length = parts.Sum(part => part.Length);
            passes[row] = book.Want(book.AddSpan([.. parts, book.Whole(digit)], length, length + 1), PassWants.Listed);
        }
    }

    /// <summary>Probabilities of the ratings; null for a row whose text does not fit the window, or whose logits are not numbers.</summary>
    public double[]? Probabilities(PassResults results, int row, int lowest, int highest)
    {
        if (passes[row] < 0 || results.Listed(passes[row]).IsEmpty) return null;
        double[] probabilities = DigitRating.Probabilities(results.Listed(passes[row]), lowest, highest);
        return probabilities.All(double.IsFinite) ? probabilities : null;
    }
}
