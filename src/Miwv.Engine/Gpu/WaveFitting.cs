using Miwv.Data;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Gpu;

/// <summary>Finds waves whose contexts really can be made: an estimate does not know what else lies on the card.</summary>
internal static class WaveFitting
{
    /// <summary>Plans, tries, and steps down until it fits.</summary>
    /// <param name="allocate">Makes the contexts, computes the largest wave and frees them again.</param>
    /// <param name="mayShrink">False if results of these very waves are kept already: others could not be added to them.</param>
    /// <exception cref="UserException">They do not fit and may not shrink, or no smaller ones can be computed.</exception>
    /// <exception cref="ContextException">Not even the smallest waves fit; the last attempt's own words.</exception>
    public static (WaveSizing Sizing, WavePlan Plan) Fit(WaveSizing first, Func<WaveLimits, WavePlan> planner, Action<WavePlan, WaveSizing> allocate, bool mayShrink, Action<string> warn)
    {
        var plan = planner(first.Limits);
        for (var size = first; ;)
        {
            try
            {
                allocate(plan, size);
                return (size, plan);
            }
            catch (Exception e) when (e is ContextException or DecodeException { IsForWantOfMemory: true })
            {
                string what = e is ContextException ? e.Message.Split(';')[0] : $"a wave of {size.Limits.Tokens} tokens could not be computed: {e.Message}";
                if (!mayShrink) throw new UserException($"{what}; the waves of this run do not fit now: free memory on the card and go on with --resume", e);
                if (GpuWaveSizing.Smaller(size) is not { } smaller)
                {
                    if (e is ContextException) throw;
                    throw new UserException($"{what}; no smaller waves are left: free memory on the card or take a smaller model", e);
                }
                warn($"{what}; trying {(smaller.Contexts < size.Contexts ? "one context" : $"waves of {smaller.Limits.Tokens} tokens")}");
                if (smaller.Limits != size.Limits) plan = planner(smaller.Limits);
                size = smaller;
            }
            catch (Exception e) when (LibraryFailure.Is(e))
            {
                throw new UserException($"a wave of {size.Limits.Tokens} tokens could not be computed: {e.Message}; try a smaller -ub, or -ngl 0", e);
            }
        }
    }

    public static void Allocate(LlamaModel model, WavePlan plan, ExecutorOptions options, WaveSizing size)
    {
        if (plan.Count == 0) return;
        using var pool = new WavePool(model, plan, options with { Threads = size.ThreadsPerContext }, size.Contexts);
        pool.TryLargest();
    }
}
