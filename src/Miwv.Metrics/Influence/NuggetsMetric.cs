using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Influence;

/// <summary>
/// Nuggets' golden score (arXiv 2312.10302): the share of anchor rows that this row, shown as an example, makes likelier. Anchors are the
/// rows nearest to the centroids of k-means over the embeddings. Unlike the authors' code both passes of an anchor begin with BOS, no anchor
/// is cut, and a row is not its own anchor. If only the best rows are wanted, anchors are tried in rounds, and a row that can no longer be
/// among them is left out of the further ones: it has no value but the two bounds of it.
/// </summary>
public sealed class NuggetsMetric(int count) : Metric
{
    // equal sums in exact arithmetic differ by rounding; neither a win nor a loss
    private const double TiePerToken = 1e-6;

    // The anchors in parts: four in the first round, one in each further. Before half of them were tried the worst row may still become the
    // best, and a row's prefix is decoded once more in every round.
    private const int Parts = 6, FirstParts = 4;

    private int[] anchors = [];
    private int[][] shown = [];
    private int[] reached = []; // anchors tried with each row, where it was left out of the further rounds; else 0
    private int tried;
    private long saved;

    public override MetricInfo Info { get; } = new("nuggets", "share of anchors b with logp(y_b|i,x_b) > logp(y_b|x_b)", Better.High, "Nuggets, arXiv 2312.10302", "zero-shot, one per anchor")
    {
        Parameter = ("anchors", 100),
    };
    public override bool NeedsEmbeddings => true;

    public override void AddPasses(PassBook book)
    {
        anchors = Anchors.Choose(book, count);
        shown = new int[book.Rows][];
        reached = new int[book.Rows];
        foreach (int anchor in anchors) book.ZeroShot(anchor);
        foreach (int row in book.UsableRows())
        {
            shown[row] = new int[anchors.Length];
            shown[row].AsSpan().Fill(-1);
        }
        Try(book, book.KeepTop is null ? anchors.Length : Math.Max(1, anchors.Length * FirstParts / Parts));
    }

    public override bool AddRound(PassBook book, PassResults results)
    {
        if (book.KeepTop is not { } keep || tried >= anchors.Length) return false;
        var lower = new double[book.Rows];
        var upper = new double[book.Rows];
        lower.AsSpan().Fill(double.NaN);
        foreach (int row in book.UsableRows())
            if (HasLosses(book, results, row)) (lower[row], upper[row]) = Bounds(book, results, row);
        bool[] beaten = TopBounds.Out(lower, upper, keep);
        for (int row = 0; row < beaten.Length; row++)
            if (beaten[row] && reached[row] == 0) reached[row] = tried;
        book.Begin(); // what was looked up so far is no pass of this round
        Try(book, Math.Min(anchors.Length, tried + Math.Max(1, anchors.Length / Parts)));
        return true;
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        long ties = 0;
        var lower = new double[book.Rows];
        var upper = new double[book.Rows];
        lower.AsSpan().Fill(double.NaN);
        upper.AsSpan().Fill(double.NaN);
        var values = Each(book, row =>
        {
            var (wins, done, equal) = Count(book, results, row);
            ties += equal;
            (lower[row], upper[row]) = Bounds(book, results, row);
            return done == 0 || reached[row] > 0 ? double.NaN : (double)wins / done;
        });
        values = values with { Totals = [("nuggets_anchors", anchors.Length), ("nuggets_ties", ties)] };
        return book.KeepTop is null ? values : values with
        {
            Details = [(Field + "_low", lower), (Field + "_high", upper)],
            Totals = [.. values.Totals, ("nuggets_stopped_rows", reached.Count(anchor => anchor > 0)), ("nuggets_passes_saved", saved)],
        };
    }

    private void Try(PassBook book, int to)
    {
        foreach (int row in book.UsableRows())
        {
            for (int i = tried; i < to; i++)
            {
                if (anchors[i] == row) continue;
                if (reached[row] > 0) saved++;
                else shown[row][i] = book.OneShot(row, anchors[i]);
            }
        }
        tried = to;
    }

    // A row without them will have the status nan and no rank.
    private static bool HasLosses(PassBook book, PassResults results, int row) =>
        double.IsFinite(results.Loss(book.ZeroShot(row))) && (book.OneShot(row) < 0 || double.IsFinite(results.Loss(book.OneShot(row))));

    private (int Wins, int Done, int Ties) Count(PassBook book, PassResults results, int row)
    {
        int wins = 0, done = 0, ties = 0;
        for (int i = 0; i < anchors.Length; i++)
        {
            double difference = results.Nll(book.ZeroShot(anchors[i])) - results.Nll(shown[row][i]);
            if (!double.IsFinite(difference)) continue;
            done++;
            double tie = TiePerToken * results.Tokens(shown[row][i]);
            if (difference > tie) wins++;
            else if (difference >= -tie) ties++;
        }
        return (wins, done, ties);
    }

    // What the value can still become. Anchors that will turn out not to fit the window count as open, which only widens it.
    private (double Lower, double Upper) Bounds(PassBook book, PassResults results, int row)
    {
        var (wins, done, _) = Count(book, results, row);
        int open = 0;
        for (int i = reached[row] > 0 ? reached[row] : tried; i < anchors.Length; i++)
            if (anchors[i] != row) open++;
        return Bounds(wins, done, open);
    }

    /// <summary>The least and the greatest share of wins after <paramref name="open"/> further trials, each a win, a loss or without result; NaN if there may be no trial at all.</summary>
    public static (double Lower, double Upper) Bounds(int wins, int done, int open) =>
        done == 0 ? (double.NaN, double.NaN) : ((double)wins / (done + open), (double)(wins + open) / (done + open));
}
