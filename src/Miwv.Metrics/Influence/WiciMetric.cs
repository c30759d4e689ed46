using Miwv.Metrics.Losses;
using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Influence;

/// <summary>
/// Weighted in-context influence (arXiv 2604.25132): how much easier a row, shown as an example, makes its probes. Probes: of the 32 nearest
/// rows, in k-means clusters, the most complex of each. Complexity here is the prompt's length in tokens; the paper's is a trained scorer.
/// With <paramref name="repository"/> the mean is that of the authors' code: over the positive influences only, weight 1 − cos, no separator.
/// </summary>
public sealed class WiciMetric(int probes, bool repository) : Metric
{
    private const int Nearest = 32;

    private int start;
    private int[] direct = [];
    private (int Row, double Cosine, int Pass)[][] shown = [];

    public override MetricInfo Info { get; } = (repository
        ? new("wici_repo", "mean over the probes b it helps of (1-cos) * (IFD(b) - IFD(b|i)), IFD of perplexities", Better.High, "code of arXiv 2604.25132", "zero-shot, direct, one per probe")
        : new MetricInfo("wici", "sum over probes b of (1-cos)/(2|B|) * (IFD(b) - IFD(b|i)), IFD of perplexities", Better.High, "arXiv 2604.25132", "zero-shot, direct, one per probe")) with
    {
        Parameter = ("probes a row", 5),
    };
    public override int Neighbors => Nearest;

    public override void AddTexts(TextCatalog texts) => start = texts.Start();

    public override void AddPasses(PassBook book)
    {
        direct = new int[book.Rows];
        shown = new (int, double, int)[book.Rows][];
        foreach (int row in book.UsableRows())
        {
            book.ZeroShot(row);
            direct[row] = book.Direct(start, row);
        }
        var chosen = Probes(book);
        foreach (int row in book.UsableRows())
        {
            var own = new List<(int, double, int)>(probes);
            foreach (var (probe, cosine) in chosen[row])
            {
                int pass = repository ? book.OneShot(row, probe, book.Separator with { Length = 0 }) : book.OneShot(row, probe);
                if (pass >= 0) own.Add((probe, cosine, pass));
            }
            shown[row] = [.. own];
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var count = new double[book.Rows];
        count.AsSpan().Fill(double.NaN);
        var values = Each(book, row =>
        {
            var influences = new List<(double Cosine, double Influence)>();
            foreach (var (probe, cosine, pass) in shown[row])
            {
                double alone = results.Loss(direct[probe]);
                double influence = IfdMetric.PerplexityRatio(results.Loss(book.ZeroShot(probe)), alone) - IfdMetric.PerplexityRatio(results.Loss(pass), alone);
                if (double.IsFinite(influence)) influences.Add((cosine, influence));
            }
            count[row] = influences.Count;
            return repository ? OfRepository(influences) : OfPaper(influences);
        });
        return values with { Details = [(Field + "_probes", count)] };
    }

    /// <summary>Σ (1 − cos) / (2 |B|) · influence; none without probes.</summary>
    public static double OfPaper(IReadOnlyCollection<(double Cosine, double Influence)> probes) =>
        probes.Count == 0 ? double.NaN : probes.Sum(p => (1 - p.Cosine) * p.Influence) / (2 * probes.Count);

    /// <summary>Mean of (1 − cos) · influence over the probes with a positive influence, 0 if none has one; none without probes.</summary>
    public static double OfRepository(IReadOnlyCollection<(double Cosine, double Influence)> probes) =>
        probes.Count == 0 ? double.NaN : probes.Where(p => p.Influence > 0).Select(p => (1 - p.Cosine) * p.Influence).DefaultIfEmpty(0).Average();

    private (int Row, double Cosine)[][] Probes(PassBook book)
    {
        var clusters = new ProbeClusters(book.Embeddings!, probes);
        var chosen = new (int, double)[book.Rows][];
        Parallel.ForEach(book.UsableRows(), new ParallelOptions { MaxDegreeOfParallelism = book.Threads }, row =>
        {
            var near = new List<(int Row, double Cosine)>(Nearest);
            for (int i = 0; i < Nearest; i++)
                if (book.Neighbors!.Neighbors(row)[i] is >= 0 and var other && book.IsUsable(other)) near.Add((other, book.Neighbors.Cosines(row)[i]));
            int[] cluster = clusters.Assign([.. near.Select(n => n.Row)]);
            chosen[row] = [.. near.Select((n, place) => (n.Row, n.Cosine, Cluster: cluster[place]))
                .GroupBy(n => n.Cluster)
                .Select(group => group.OrderByDescending(n => book.Prompt(n.Row).Length).ThenBy(n => n.Row).First())
                .OrderBy(n => n.Row)
                .Select(n => (n.Row, n.Cosine))];
        });
        return chosen;
    }
}
