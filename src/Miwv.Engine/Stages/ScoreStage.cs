using System.Diagnostics;
using Miwv.Data;
using Miwv.Engine.Following;
using Miwv.Engine.Journal;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>Plan → step → journal. What a former run left in the journal is not computed again.</summary>
internal static class ScoreStage
{
    /// <summary>Runs every step that the journal lacks.</summary>
    /// <exception cref="UserException">The library failed; finished steps stay in the journal.</exception>
    public static WaveTimes Run(LlamaModel model, WavePlan plan, ExecutorOptions options, WaveSizing sizing, string journalPath, ReadOnlySpan<byte> key, bool perToken, RowWatch? watch, LiveMetrics? live, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        if (plan.Count == 0) return new WaveTimes();
        var layout = new JournalLayout(plan.Forest.Passes, perToken);
        using var existing = JournalReader.Open(journalPath, key, layout, plan.Count);
        foreach (int step in existing?.Steps ?? [])
        {
            watch?.Add(existing!.Record(step));
            live?.Add(existing!.Record(step), layout);
        }
        if (existing?.Count == plan.Count) return new WaveTimes();

        long kept = 0;
        int passes = 0;
        var finite = new FiniteWatch();
        foreach (int step in existing?.Steps ?? [])
        {
            kept += plan[step].Tokens;
            passes += existing!.Record(step).Segments;
            if (existing.Record(step).HasNumbers) finite.SawNumber();
        }
        using var journal = JournalWriter.Open(journalPath, key, layout, existing);
        long begin = Stopwatch.GetTimestamp();
        long done = kept;
        try
        {
            using var pool = new WavePool(model, plan, options with { Threads = sizing.ThreadsPerContext }, sizing.Contexts, finite);
            pool.Run(step => existing?.Has(step) == true, (int step, in WaveResult result) =>
            {
                journal.Append(step, result);
                watch?.Add(result);
                live?.Add(result);
                passes += result.Passes.Length;
                done += plan[step].Tokens;
                progress?.Report(new("score", done, plan.Tokens, "tokens", passes, kept));
            }, cancel);
            journal.Sync();
            var times = pool.Times();
            times.Elapsed = Stopwatch.GetTimestamp() - begin;
            return times;
        }
        catch (Exception e)
        {
            journal.TrySync();
            if (LibraryFailure.Is(e)) throw new UserException($"{model.Path}: a wave failed: {e.Message}; finished results are kept, go on with --resume", e);
            throw;
        }
    }
}
