using System.Diagnostics;
using Miwv.Engine.Journal;
using Miwv.Engine.Stages;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Following;

/// <summary>
/// The values of further metrics as far as the passes are there, computed anew every now and then while a run scores; only for looking on.
/// Computing them takes at most a 300th of the run's time.
/// </summary>
internal sealed class LiveMetrics
{
    private const int Share = 300;
    private const long MostValues = 64L << 20;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly MetricStage stage;
    private readonly PassList passes;
    private readonly PassResults results;
    private readonly Action<string, double[]> listener;
    private readonly int[] missing;
    private readonly double[] nll;
    private readonly Dictionary<int, PassValues> parts = [];
    private TimeSpan pause = TimeSpan.Zero;
    private long computed;

    private LiveMetrics(MetricStage stage, PassList passes, PassResults known, Action<string, double[]> listener)
    {
        (this.stage, this.passes, this.listener) = (stage, passes, listener);
        results = new PassResults(passes);
        results.Grow();
        (missing, nll) = (new int[passes.Count], new double[passes.Count]);
        for (int pass = 0; pass < passes.Count; pass++)
        {
            if (double.IsNaN(known.Nll(pass))) missing[pass] = passes.ScoredCount(pass);
            else results.Set(pass, known.Nll(pass), passes.Wants(pass), known.Values(pass, passes.Wants(pass)));
        }
    }

    /// <summary>Null if no further metric forms row by row, or the values kept for them would take too much memory.</summary>
    public static LiveMetrics? Of(MetricStage stage, PassList passes, PassResults known, Action<string, double[]>? listener)
    {
        if (listener is null || stage.LiveFields.Count == 0) return null;
        long values = 0;
        if (passes.AllWants != PassWants.Sum)
            for (int pass = 0; pass < passes.Count; pass++) values += passes.Wants(pass) == PassWants.Sum ? 0 : 2 * passes.ScoredCount(pass) + passes.ListedIds.Count;
        return values > MostValues ? null : new LiveMetrics(stage, passes, known, listener);
    }

    public void Add(in WaveResult result)
    {
        for (int i = 0; i < result.Passes.Length; i++)
        {
            int pass = result.Passes[i], from = result.Bounds[i], count = result.Bounds[i + 1] - from, ids = passes.ListedIds.Count;
            var wants = passes.Wants(pass);
            if (wants != PassWants.Sum)
                PartsOf(pass).Append([
                    .. wants.HasFlag(PassWants.LogProbs) ? result.LogProbs.Slice(from, count) : [],
                    .. wants.HasFlag(PassWants.Entropies) ? result.Entropies.Slice(from, count) : [],
                    .. wants.HasFlag(PassWants.Listed) ? result.Listed.Slice(i * ids, ids) : []], count);
            Add(pass, count, result.Nll[i]);
        }
        Compute();
    }

    /// <summary>Takes what a former process left in the journal.</summary>
    public void Add(in JournalRecord record, JournalLayout layout)
    {
        var rest = record.Values;
        for (int i = 0; i < record.Segments; i++)
        {
            var (pass, count, sum) = record.Segment(i);
            if ((uint)pass >= (uint)nll.Length) return;
            int kept = Math.Min(rest.Length, layout.ValueCount(pass, count));
            if (passes.Wants(pass) != PassWants.Sum)
            {
                // with --per-token the log-probs are there of every pass, and first
                var values = rest[..kept];
                PartsOf(pass).Append(passes.Wants(pass).HasFlag(PassWants.LogProbs) || !layout.PerToken ? values : values[count..], count);
            }
            rest = rest[kept..];
            Add(pass, count, sum);
        }
    }

    private void Add(int pass, int tokens, double sum)
    {
        nll[pass] += sum;
        if ((missing[pass] -= tokens) != 0) return;
        results.Set(pass, nll[pass], passes.Wants(pass), parts.Remove(pass, out var own) ? own.Joined() : []);
    }

    private PassValues PartsOf(int pass) => parts.TryGetValue(pass, out var own) ? own : parts[pass] = new PassValues(passes.Wants(pass), passes.ListedIds.Count);

    private void Compute()
    {
        if (Stopwatch.GetElapsedTime(computed) < pause) return;
        long begin = Stopwatch.GetTimestamp();
        foreach (var (field, values) in stage.Live(results)) listener(field, values);
        // the first time is compiled as it runs, which would put the second off for half a minute
        bool first = computed == 0;
        computed = Stopwatch.GetTimestamp();
        pause = first ? Shortest : Share * Stopwatch.GetElapsedTime(begin, computed);
        if (pause < Shortest) pause = Shortest;
    }
}
