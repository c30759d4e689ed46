using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>
/// In-context approximation (arXiv 2510.14459): how much a small held-out set in the context lowers a row's loss. All rows share one prefix.
/// The held-out rows are drawn from the run's own rows and get no value themselves: their answers are in the prefix.
/// </summary>
public sealed class HoldoutMetric(int count) : Metric
{
    private readonly HashSet<int> holdout = [];
    private int[] passes = [];

    public override MetricInfo Info { get; } = new("ica", "L(y|x) - L(y|H,x), H = held-out rows", Better.High, "arXiv 2510.14459", "zero-shot, one behind the shared H")
    {
        Parameter = ("held-out rows", 4),
    };
    public override bool FormsRowByRow => true;

    public override void AddPasses(PassBook book)
    {
        passes = new int[book.Rows];
        var prefix = Prefix(book);
        foreach (int row in book.UsableRows())
        {
            passes[row] = -1;
            if (holdout.Count == 0 || holdout.Contains(row)) continue;
            book.ZeroShot(row);
            passes[row] = book.Behind(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(prefix), row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        EachTurn(book, results, row => results.Loss(book.ZeroShot(row)) - results.Loss(passes[row])) with { Totals = [("holdout_rows", holdout.Count)] };

    // Drawn rows, as long as half of the window is left for the row that is scored.
    private List<Segment> Prefix(PassBook book)
    {
        int[] rows = book.UsableRows();
        new Random(book.Seed).Shuffle(rows);
        var prefix = new List<Segment> { book.Bos };
        int length = book.Bos.Length;
        foreach (int row in rows)
        {
            if (holdout.Count == count) break;
            int more = book.Prompt(row).Length + book.Answer(row).Length + book.Separator.Length;
            if (length + more > book.Window / 2) continue;
            length += more;
            holdout.Add(row);
            prefix.AddRange([book.Prompt(row), book.Answer(row), book.Separator]);
        }
        return prefix;
    }
}
