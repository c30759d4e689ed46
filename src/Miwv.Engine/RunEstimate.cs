using System.Diagnostics;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

/// <summary>What a plan will need, before it runs.</summary>
/// <param name="TokensPerSecond">Measured on the plan's own first waves, whose results are thrown away.</param>
/// <param name="ModelBytes">Weights, mapped from the file.</param>
/// <param name="ContextBytes">KV cells, logits and the library's host copies of them, all contexts; activations come on top.</param>
public sealed record RunEstimate(double TokensPerSecond, TimeSpan Duration, long ModelBytes, long ContextBytes)
{
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(3);

    internal static RunEstimate Of(LlamaModel model, WavePlan plan, ExecutorOptions options, WaveSizing sizing, CancellationToken cancel)
    {
        long head = model.EmbeddingSize / Math.Max(1, model.HeadCount), cell = 2 * head * model.HeadCountKv * model.LayerCount * (options.Exact ? 4 : 2);
        long context = plan.Cells * cell + 20L * model.Vocabulary.Size * plan.Limits.Outputs;
        double rate = plan.Count == 0 ? 0 : LibraryFailure.Tell($"{model.Path}: a wave of at most {plan.Limits.Tokens} tokens failed in the trial", "try a smaller -ub or -c", () =>
        {
            using var pool = new WavePool(model, plan, options with { Threads = sizing.ThreadsPerContext }, sizing.Contexts);
            long begin = Stopwatch.GetTimestamp();
            pool.Run(_ => Stopwatch.GetElapsedTime(begin) > Trial, (int _, in WaveResult _) => { }, cancel);
            return pool.Times().Tokens / Stopwatch.GetElapsedTime(begin).TotalSeconds;
        });
        return new RunEstimate(rate, rate > 0 ? TimeSpan.FromSeconds(plan.Tokens / rate) : TimeSpan.Zero, model.SizeBytes, context * sizing.Contexts);
    }
}
