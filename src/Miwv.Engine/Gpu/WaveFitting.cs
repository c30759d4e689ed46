using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Gpu;

/// <summary>Finds waves whose contexts really can be made: an estimate does not know what else lies on the card.</summary>
internal static class WaveFitting
{
    /// <summary>Plans, tries, and steps down until it fits.</summary>
    /// <param name="allocate">Makes the contexts and frees them again.</param>
    /// <exception cref="ContextException">Not even the smallest waves fit; the last attempt's own words.</exception>
    public static (WaveSizing Sizing, WavePlan Plan) Fit(WaveSizing first, Func<WaveLimits, WavePlan> planner, Action<WavePlan, WaveSizing> allocate, Action<string> warn)
    {
        var plan = planner(first.Limits);
        for (var size = first; ;)
        {
            try
            {
                allocate(plan, size);
                return (size, plan);
            }
            catch (ContextException e) when (GpuWaveSizing.Smaller(size) is { } smaller)
            {
                warn($"{e.Message.Split(';')[0]}; trying {(smaller.Contexts < size.Contexts ? "one context" : $"waves of {smaller.Limits.Tokens} tokens")}");
                if (smaller.Limits != size.Limits) plan = planner(smaller.Limits);
                size = smaller;
            }
        }
    }

    public static void Allocate(LlamaModel model, WavePlan plan, ExecutorOptions options, WaveSizing size)
    {
        if (plan.Count == 0) return;
        new WavePool(model, plan, options with { Threads = size.ThreadsPerContext }, size.Contexts).Dispose();
    }
}
