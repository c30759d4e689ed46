using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Influence;

/// <summary>
/// Nuggets' golden score (arXiv 2312.10302): the share of anchor rows that this row, shown as an example, makes likelier. Anchors are the
/// rows nearest to the centroids of k-means over the embeddings. Unlike the authors' code both passes of an anchor begin with BOS, no anchor
/// is cut, and a row is not its own anchor.
/// </summary>
public sealed class NuggetsMetric(int count) : Metric
{
    // equal sums in exact arithmetic differ by rounding; neither a win nor a loss
    private const double TiePerToken = 1e-6;

    private int[] anchors = [];
    private int[][] shown = [];

    public override MetricInfo Info { get; } = new("nuggets", "share of anchors b with logp(y_b|i,x_b) > logp(y_b|x_b)", Better.High, "Nuggets, arXiv 2312.10302", "zero-shot, one per anchor")
    {
        Parameter = ("anchors", 100),
    };
    public override bool NeedsEmbeddings => true;

    public override void AddPasses(PassBook book)
    {
        anchors = Anchors.Choose(book, count);
        shown = new int[book.Rows][];
        foreach (int anchor in anchors) book.ZeroShot(anchor);
        foreach (int row in book.UsableRows())
        {
            shown[row] = new int[anchors.Length];
            for (int i = 0; i < anchors.Length; i++) shown[row][i] = anchors[i] == row ? -1 : book.OneShot(row, anchors[i]);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        long ties = 0;
        var values = Each(book, row =>
        {
            int wins = 0, tried = 0;
            for (int i = 0; i < anchors.Length; i++)
            {
                double difference = results.Nll(book.ZeroShot(anchors[i])) - results.Nll(shown[row][i]);
                if (!double.IsFinite(difference)) continue;
                tried++;
                double tie = TiePerToken * results.Tokens(shown[row][i]);
                if (difference > tie) wins++;
                else if (difference >= -tie) ties++;
            }
            return tried == 0 ? double.NaN : (double)wins / tried;
        });
        return values with { Totals = [("nuggets_anchors", anchors.Length), ("nuggets_ties", ties)] };
    }
}
