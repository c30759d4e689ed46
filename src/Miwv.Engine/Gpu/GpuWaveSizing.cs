using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Gpu;

/// <summary>
/// Wave sizes on a card, from its whole memory and the model's shape, so that the same machine always decides the same.
/// The constants are reasoned, not measured: no card was at hand (docs/gpu.md).
/// </summary>
internal static class GpuWaveSizing
{
    // Larger waves gain little over 2,048 tokens in the matrix products, and their attention grows with the square.
    private const int MostTokens = 2048, FewestTokens = 128;

    // Two: the host prepares the mask and graph of one wave while the card computes the other's.
    private const int MostContexts = 2;

    // The driver, cuBLAS and the library's pools; and nobody fills a card to the last byte.
    private const long Reserved = 768L << 20;
    private const double UsableShare = 0.92;

    // A resident path takes cells beside the wave.
    private const int TrunkCells = 1024;

    // With two contexts and 128 k ids, half of a wave's tokens can be scored.
    private const long MostHostBytes = 4L << 30;

    /// <param name="cardBytes">All memory of the card.</param>
    /// <param name="freeBytes">What is free of it with the weights in place; 0 = unknown. It counts only where it is short.</param>
    /// <param name="inGraph">The gather in the graph keeps the probabilities beside the logits.</param>
    /// <param name="hostBytes">All memory of the machine; the library keeps 16 bytes a scored row and vocabulary entry there.</param>
    public static WaveSizing For(ModelFootprint model, long cardBytes, long freeBytes, long hostBytes, RunSettings settings, bool inGraph = false)
    {
        bool flash = !settings.Exact && settings.FlashAttention != FlashAttention.Off;
        long usable = (long)(cardBytes * UsableShare) - Reserved - model.WeightBytes;
        if (freeBytes > 0) usable = Math.Min(usable, freeBytes - Reserved);
        for (int contexts = settings.Contexts ?? MostContexts; ; contexts--)
            for (int tokens = settings.WaveTokens ?? MostTokens; ; tokens /= 2)
            {
                long host = Math.Clamp(hostBytes / 8, 64L << 20, MostHostBytes) / contexts;
                int outputs = (int)Math.Clamp(host / (16L * Math.Max(1, model.Vocabulary)), Math.Min(tokens, 32), tokens);
                bool fits = contexts * model.ContextBytes(tokens, outputs, tokens + TrunkCells, settings.Exact, flash, inGraph) <= usable;
                bool last = settings.WaveTokens is not null || tokens / 2 < FewestTokens;
                if (fits || (last && contexts == 1))
                    return new WaveSizing(new WaveLimits(tokens, outputs), settings.Exact ? FlashAttention.Off : settings.FlashAttention, contexts, Math.Max(1, settings.Threads / contexts));
                if (last || tokens <= MostTokens / 4 && contexts > 1) break;
            }
    }

    /// <summary>The next smaller waves: one context first, then half as many tokens; null if there are none.</summary>
    public static WaveSizing? Smaller(WaveSizing size)
    {
        if (size.Contexts > 1) return size with { Contexts = 1, ThreadsPerContext = size.ThreadsPerContext * size.Contexts };
        int tokens = size.Limits.Tokens / 2;
        if (tokens < FewestTokens / 2) return null;
        return size with { Limits = size.Limits with { Tokens = tokens, Outputs = Math.Clamp(size.Limits.Outputs / 2, Math.Min(tokens, 32), tokens) } };
    }
}
