using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>IFD as Cherry LLM's code computes it: the answer alone stands behind "### Response:".</summary>
public sealed class IfdHeaderMetric : Metric
{
    private int header;
    private int[] direct = [];

    public override MetricInfo Info { get; } = new("ifd_header", "L(y|x) / L(y|\"### Response:\")", Better.High, "Cherry LLM's code, arXiv 2308.12032", "zero-shot, answer behind a header") { Gate = "ifd_header<=1" };
    public override bool FormsRowByRow => true;

    public override void AddTexts(TextCatalog texts) => header = texts.Shared("### Response:");

    public override void AddPasses(PassBook book)
    {
        direct = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            book.ZeroShot(row);
            direct[row] = book.Alone([book.Bos, book.Whole(header)], row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        EachTurn(book, results, row => IfdMetric.LossRatio(results.Loss(book.ZeroShot(row)), results.Loss(direct[row])));
}
