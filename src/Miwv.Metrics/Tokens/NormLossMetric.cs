using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Tokens;

/// <summary>Zero-shot loss in bits a token.</summary>
public sealed class NormLossMetric : Metric
{
    public override MetricInfo Info { get; } = new("norm_loss", "L(y|x) / ln 2, bits a token", Better.High, "OpenDataArena", "zero-shot");
    public override bool FormsRowByRow => true;

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) book.ZeroShot(row);
    }

    public override MetricValues Compute(PassBook book, PassResults results) => EachTurn(book, results, row => Bits(results.Loss(book.ZeroShot(row))));

    public static double Bits(double nats) => nats / Math.Log(2);
}
