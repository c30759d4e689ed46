using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>Model Instruction Weakness Value (arXiv 2511.07074, eq. 8).</summary>
public sealed class MiwvMetric : Metric
{
    public override MetricInfo Info { get; } = new("miwv", "L(y|d,x) - L(y|x), d = nearest neighbour", Better.High, "arXiv 2511.07074", "zero-shot, one-shot");
    public override bool FormsRowByRow => true;
    public override int Neighbors => 1;
    public override bool NeedsOneShot => true;

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows())
        {
            book.ZeroShot(row);
            book.OneShot(row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        EachTurn(book, results, row => Value(results.Loss(book.ZeroShot(row)), results.Loss(book.OneShot(row))));

    /// <param name="zeroShot">L(y|x).</param>
    /// <param name="oneShot">L(y|d,x).</param>
    public static double Value(double zeroShot, double oneShot) => oneShot - zeroShot;
}
