using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

/// <summary>How large waves are made where the user does not say.</summary>
internal static class WaveSizing
{
    // attention is paid for every cell of the wave, so larger is slower on a CPU (measured: docs/performance.md)
    private const int CpuTokens = 512;
    private const int MostTokens = 1 << 16;

    // the library keeps 16 bytes a row and vocabulary entry on the host (LLAMA.md 2.4)
    private const long OutputBytes = 512L << 20;

    public static WaveLimits For(LlamaModel model, int? waveTokens)
    {
        int tokens = Math.Clamp(waveTokens ?? CpuTokens, 1, MostTokens);
        long outputs = OutputBytes / (16L * model.Vocabulary.Size);
        return new WaveLimits(tokens, (int)Math.Clamp(outputs, Math.Min(tokens, 32), tokens));
    }
}
