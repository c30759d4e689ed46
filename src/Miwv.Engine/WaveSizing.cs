using System.Numerics;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

/// <summary>How large waves are and on how many contexts they run, where the user does not say (measurements: docs/performance.md).</summary>
/// <param name="Contexts">Contexts that work side by side.</param>
/// <param name="ThreadsPerContext">Threads of each.</param>
internal sealed record WaveSizing(WaveLimits Limits, FlashAttention FlashAttention, int Contexts, int ThreadsPerContext)
{
    private const int FewestTokens = 64, MostTokens = 512, LargestWave = 1 << 16, MostContexts = 4;

    // the library's CPU flash attention works on tiles of 64 and is slower than the plain product for narrow heads
    private const int NarrowHead = 32;

    // the library keeps 16 bytes a row and vocabulary entry on the host, in every context
    private const long OutputBytes = 256L << 20;

    public static WaveSizing For(GgufFile file, LlamaModel model, RunSettings settings)
    {
        int head = (int)(file.EmbeddingLength ?? 0) / Math.Max(1, model.HeadCount);
        var flash = settings.Exact ? FlashAttention.Off
            : settings.FlashAttention == FlashAttention.Auto && head < NarrowHead ? FlashAttention.Off : settings.FlashAttention;
        int tokens = Math.Clamp(settings.WaveTokens ?? WaveTokens(file, flash), 1, LargestWave);
        long outputs = OutputBytes / (16L * model.Vocabulary.Size);
        int contexts = settings.Contexts ?? Math.Clamp(settings.Threads, 1, MostContexts);
        return new WaveSizing(new WaveLimits(tokens, (int)Math.Clamp(outputs, Math.Min(tokens, 32), tokens)), flash, contexts, Math.Max(1, settings.Threads / contexts));
    }

    // Every token attends to every cell of its wave, masked or not, unless flash attention skips the masked tiles:
    // a wave is as long as the attention stays near a tenth of the weights' work.
    private static int WaveTokens(GgufFile file, FlashAttention flash)
    {
        if (flash != FlashAttention.Off) return MostTokens;
        double weights = 2.0 * file.BodyParameterCount, perCell = 4.0 * (file.BlockCount ?? 1) * (file.EmbeddingLength ?? 1);
        uint tokens = (uint)Math.Clamp(0.1 * weights / perCell, FewestTokens, MostTokens);
        return 1 << BitOperations.Log2(tokens);
    }
}
