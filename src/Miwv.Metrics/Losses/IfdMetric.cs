using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>
/// Instruction-following difficulty: how little the instruction helps. As ratio of losses (Cherry LLM, what its code ranks by) or of
/// perplexities (Superfiltering). Rows above 1 are misaligned by both papers; selections drop them unless told otherwise.
/// </summary>
public sealed class IfdMetric(bool perplexity) : Metric
{
    private int start;
    private int[] direct = [];

    public override MetricInfo Info { get; } = perplexity
        ? new("ifd_ppl", "PPL(y|x) / PPL(y)", Better.High, "Superfiltering, arXiv 2402.00530", "zero-shot, direct") { Gate = "ifd_ppl<1" }
        : new("ifd", "L(y|x) / L(y)", Better.High, "Cherry LLM, arXiv 2308.12032", "zero-shot, direct") { Gate = "ifd<=1" };
    public override bool FormsRowByRow => true;

    public override void AddTexts(TextCatalog texts) => start = texts.Start();

    public override void AddPasses(PassBook book)
    {
        direct = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            book.ZeroShot(row);
            direct[row] = book.Direct(start, row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) => EachTurn(book, results, row =>
    {
        double conditional = results.Loss(book.ZeroShot(row)), alone = results.Loss(direct[row]);
        return perplexity ? PerplexityRatio(conditional, alone) : LossRatio(conditional, alone);
    });

    /// <summary>L(y|x) / L(y); none if the answer alone has no loss to compare with.</summary>
    public static double LossRatio(double conditional, double direct) => direct > 0 ? conditional / direct : double.NaN;

    /// <summary>exp L(y|x) / exp L(y).</summary>
    public static double PerplexityRatio(double conditional, double direct) => Math.Exp(conditional - direct);
}
