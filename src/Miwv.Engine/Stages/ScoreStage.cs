using Miwv.Data;
using Miwv.Engine.Journal;
using Miwv.Llama;
using Miwv.Llama.Tap;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>Plan → step → journal. What a former run left in the journal is not computed again.</summary>
internal static class ScoreStage
{
    /// <summary>Runs every step that the journal lacks.</summary>
    /// <exception cref="UserException">The library failed; finished steps stay in the journal.</exception>
    public static WaveTimes Run(LlamaModel model, WavePlan plan, ExecutorOptions options, string journalPath, ReadOnlySpan<byte> key, bool perToken, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var layout = new JournalLayout(plan.Forest.Passes, perToken);
        var existing = JournalReader.Open(journalPath, key, layout, plan.Count);
        var finished = existing?.Steps.ToHashSet() ?? [];
        if (finished.Count == plan.Count) return new WaveTimes();

        using var journal = JournalWriter.Open(journalPath, key, layout, existing);
        using var executor = new WaveExecutor(model, plan, options);
        long done = 0, kept = 0;
        int passes = 0;
        foreach (int step in finished)
        {
            kept += plan[step].Tokens;
            passes += existing!.Record(step).Segments;
        }
        done = kept;
        for (int step = 0; step < plan.Count; step++)
        {
            if (finished.Contains(step)) continue;
            cancel.ThrowIfCancellationRequested();
            try
            {
                var result = executor.Run(step);
                journal.Append(step, result);
                passes += result.Passes.Length;
            }
            catch (Exception e) when (e is DecodeException or TapException)
            {
                throw new UserException($"{model.Path}: wave {step} of {plan.Count} failed: {e.Message}; finished results are kept, go on with --resume", e);
            }
            done += plan[step].Tokens;
            progress?.Report(new("score", done, plan.Tokens, "tokens", passes, kept));
        }
        journal.Sync();
        return executor.Times;
    }
}
