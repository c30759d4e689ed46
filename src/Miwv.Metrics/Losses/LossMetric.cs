using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>The zero- or one-shot loss, or its exponential, the perplexity.</summary>
public sealed class LossMetric(bool oneShot, bool perplexity) : Metric
{
    private const string Paper = "Jelinek et al. 1977";

    public override MetricInfo Info { get; } = (oneShot, perplexity) switch
    {
        (false, false) => new("zero_nll", "L(y|x)", Better.High, Paper, "zero-shot"),
        (true, false) => new("one_nll", "L(y|d,x), d = nearest neighbour", Better.High, Paper, "one-shot"),
        (false, true) => new("zero_ppl", "PPL(y|x)", Better.High, Paper, "zero-shot"),
        _ => new("one_ppl", "PPL(y|d,x), d = nearest neighbour", Better.High, Paper, "one-shot"),
    };
    public override bool FormsRowByRow => true;
    public override bool NeedsZeroShot => !oneShot;
    public override bool NeedsOneShot => oneShot;
    public override int Neighbors => oneShot ? 1 : 0;

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) Pass(book, row);
    }

    public override MetricValues Compute(PassBook book, PassResults results) => EachTurn(book, results, row =>
    {
        double loss = results.Loss(Pass(book, row));
        return perplexity ? Math.Exp(loss) : loss;
    });

    private int Pass(PassBook book, int row) => oneShot ? book.OneShot(row) : book.ZeroShot(row);
}
