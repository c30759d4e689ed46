using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>IFD with the retrieved example in front (MIWV's Table 3), as ratio of losses.</summary>
public sealed class IclIfdMetric : Metric
{
    private int start;
    private int[] direct = [];

    public override MetricInfo Info { get; } = new("icl_ifd", "L(y|d,x) / L(y), d = nearest neighbour", Better.High, "arXiv 2511.07074, Table 3", "one-shot, direct");
    public override bool FormsRowByRow => true;
    public override bool NeedsZeroShot => false;
    public override bool NeedsOneShot => true;
    public override int Neighbors => 1;

    public override void AddTexts(TextCatalog texts) => start = texts.Start();

    public override void AddPasses(PassBook book)
    {
        direct = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            book.OneShot(row);
            direct[row] = book.Direct(start, row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        EachTurn(book, results, row => IfdMetric.LossRatio(results.Loss(book.OneShot(row)), results.Loss(direct[row])));
}
