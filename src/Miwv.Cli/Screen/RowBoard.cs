using Miwv.Data;
using Miwv.Engine;
using Miwv.Engine.Cascading;
using Miwv.Engine.Following;
using Miwv.Engine.Results;
using Miwv.Metrics;

namespace Miwv.Cli.Screen;

/// <summary>The rows on show and their values as far as they are known; filled by a run as it goes, or from a finished one.</summary>
internal sealed class RowBoard
{
    private static readonly string[] Base = ["miwv", "zero_nll", "one_nll"];

    private readonly Func<int, (int Row, double Cosine)> neighbor;
    private readonly Func<int, string> status;

    private RowBoard(RowFile rows, IReadOnlyList<string> metrics, double[][] values, Func<int, (int, double)> neighbor, Func<int, string> status)
    {
        (Rows, Metrics, Values, this.neighbor, this.status) = (rows, metrics, values, neighbor, status);
    }

    public RowFile Rows { get; }
    public int Count => Values[0].Length;
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>[metric][row]; NaN = not known.</summary>
    public double[][] Values { get; }

    /// <summary>Rows whose first metric is known.</summary>
    public int Scored { get; private set; }

    /// <summary>Rows by status, ok first, those with another one as the plan has them; "rejected" = by a cascade's small model.</summary>
    public required IReadOnlyList<(string Status, int Rows)> Statuses { get; init; }

    /// <summary>The first metric that the run has: rows are sorted by it until the person chooses another.</summary>
    public required int MainMetric { get; init; }

    public double Zero(int row) => Values[1][row];
    public double One(int row) => Values[2][row];
    public (int Row, double Cosine) Neighbor(int row) => neighbor(row);
    public string Status(int row) => status(row);

    /// <summary>The board of a run that is about to score.</summary>
    public static RowBoard Of(MiwvRun run)
    {
        var passes = run.Passes;
        var graph = run.FindNeighbors();
        var cascade = run.CascadeRows;
        string[] metrics = [.. Base, .. run.LiveFields];
        string Status(int row) => Shown(RowStatusName.Of(passes.Status[row]), cascade?.Roles[row]);
        return new RowBoard(run.Rows, metrics, Unknown(metrics.Length, run.Rows.Count), row => (graph.Neighbors(row)[0], graph.Cosines(row)[0]), Status)
        {
            MainMetric = MainOf(metrics, run.MainField, passes.OneShot.Any(pass => pass >= 0)),
            Statuses = Counted(run.Rows.Count, Status),
        };
    }

    /// <summary>The board of a run that another process works on.</summary>
    public static RowBoard Of(RunFollower run)
    {
        int count = run.Rows.Count;
        string Status(int row) => Shown(RowStatusName.Of(run.Row(row).Status), run.Row(row).Role);
        return new RowBoard(run.Rows, Base, Unknown(Base.Length, count), row => (run.Row(row).Neighbor, run.Row(row).Cosine), Status)
        {
            MainMetric = MainOf(Base, MetricRegistry.Parse(run.Settings.Metrics)[0].Field, run.HasOneShots),
            Statuses = Counted(count, Status),
        };
    }

    /// <summary>The board of a finished run.</summary>
    public static RowBoard Of(StoredRun run)
    {
        double[][] values = [.. run.MetricNames.Select(run.Values)];
        int main = run.MetricNames.ToList().IndexOf(run.MainField);
        string Status(int row) => Shown(run.Scores[row].Status, run.Scores[row].Cascade);
        return new(run.Rows, run.MetricNames, values, row => (run.NeighborOf(row), run.Scores[row].Cosine), Status)
        {
            MainMetric = values[main].Any(double.IsFinite) ? main : Math.Max(0, Array.FindIndex(values, column => column.Any(double.IsFinite))),
            Scored = run.Scores.Count(s => s.Status == "ok" && s.Cascade != CascadeRole.Rejected),
            Statuses = Counted(run.Scores.Count, Status),
        };
    }

    /// <summary>True if the low end of a metric is what a selection takes.</summary>
    public bool IsLowBest(int metric) => StoredColumns.BetterOf(Metrics[metric]) == Better.Low;

    /// <summary>The values that a further metric has so far.</summary>
    public void Set(string field, double[] values)
    {
        for (int metric = Base.Length; metric < Metrics.Count; metric++)
            if (Metrics[metric] == field) values.CopyTo(Values[metric], 0);
    }

    private static double[][] Unknown(int metrics, int rows)
    {
        var values = new double[metrics][];
        for (int i = 0; i < metrics; i++) Array.Fill(values[i] = new double[rows], double.NaN);
        return values;
    }

    private static int MainOf(string[] metrics, string field, bool oneShots) => Array.IndexOf(metrics, field) is >= 0 and var wanted ? wanted : oneShots ? 0 : 1;

    // ok, then most rows first; errors together, whatever they say
    private static List<(string, int)> Counted(int rows, Func<int, string> status) =>
        [.. Enumerable.Range(0, rows).GroupBy(row => status(row).Split(':')[0]).OrderBy(g => g.Key == "ok" ? 0 : 1).ThenByDescending(g => g.Count()).Select(g => (g.Key, g.Count()))];

    // a row that the scoring model does not see has nothing wrong with it, and no scores
    private static string Shown(string status, CascadeRole? role) => status == "ok" && role == CascadeRole.Rejected ? "rejected" : status;

    public void Set(RowScored row)
    {
        if (double.IsNaN(Values[1][row.Row]) && double.IsNaN(Values[2][row.Row])) Scored++;
        Values[1][row.Row] = row.ZeroShot;
        Values[2][row.Row] = row.OneShot;
        Values[0][row.Row] = row.OneShot - row.ZeroShot;
    }

    /// <summary>The first <paramref name="count"/> rows, best or worst first, rows without a value left out; of equal values the earlier row is better.</summary>
    public int[] First(int metric, bool worst, int count, Func<int, bool>? wanted)
    {
        double[] values = Values[metric];
        double sign = Sign(metric);
        // the last of those kept is on top
        var kept = new PriorityQueue<int, (double, int)>(Comparer<(double Key, int Row)>.Create((a, b) => b.CompareTo(a)));
        for (int row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]) || wanted is not null && !wanted(row)) continue;
            var key = worst ? (-sign * values[row], -row) : (sign * values[row], row);
            if (kept.Count < count) kept.Enqueue(row, key);
            else if (kept.TryPeek(out _, out var last) && key.CompareTo(last) < 0) kept.EnqueueDequeue(row, key);
        }
        var rows = new int[kept.Count];
        for (int i = rows.Length - 1; i >= 0; i--) rows[i] = kept.Dequeue();
        return rows;
    }

    /// <summary>The ranks of a few rows among all that have a value of a metric, the best being 1: what a filter or the order on show do not change.</summary>
    public int[] Ranks(int metric, ReadOnlySpan<int> rows)
    {
        double[] values = Values[metric], keys = new double[rows.Length];
        double sign = Sign(metric);
        int[] sorted = rows.ToArray(), better = new int[rows.Length + 1];
        Array.Sort(sorted, (a, b) => (sign * values[a], a).CompareTo((sign * values[b], b)));
        for (int i = 0; i < keys.Length; i++) keys[i] = sign * values[sorted[i]];
        // how many rows come directly before each of them, then how many in all
        for (int row = 0; row < values.Length; row++)
            if (!double.IsNaN(values[row])) better[Place(sign * values[row], row)]++;
        var ranks = new int[rows.Length];
        for (int i = 0, sum = 0; i < sorted.Length; i++) ranks[rows.IndexOf(sorted[i])] = (sum += better[i]) + 1;
        return ranks;

        // the first of them that comes after a row; a million rows are looked up at every drawing
        int Place(double key, int row)
        {
            int low = 0, high = keys.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (keys[middle] > key || keys[middle] == key && sorted[middle] > row) high = middle;
                else low = middle + 1;
            }
            return low;
        }
    }

    private double Sign(int metric) => IsLowBest(metric) ? 1 : -1;
}
