namespace Miwv.Perf.Models;

/// <summary>Shape of a decoder-only model.</summary>
/// <param name="Architecture">llama or qwen2.</param>
/// <param name="Layers">Number of layers.</param>
/// <param name="Width">Width of the hidden state.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads.</param>
/// <param name="FeedForward">Width of the feed-forward layer.</param>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Context">Trained context in tokens.</param>
/// <param name="RopeBase">Base frequency of the rotary positions.</param>
/// <param name="Tied">Whether the head shares the token embedding.</param>
public sealed record ModelShape(
    string Architecture, int Layers, int Width, int Heads, int KvHeads, int FeedForward, int Vocabulary, int Context, float RopeBase, bool Tied)
{
    /// <summary>Named shapes. The 1B, 7B and 1.5B ones are those of Llama 3.2, Llama 2 and Qwen2.</summary>
    public static readonly IReadOnlyDictionary<string, ModelShape> Presets = new Dictionary<string, ModelShape>
    {
        ["tiny-llama"] = new("llama", 2, 64, 4, 2, 160, 300, 512, 10_000, false),
        ["tiny-llama-5k"] = new("llama", 2, 64, 4, 2, 160, 5_000, 512, 10_000, false),
        ["tiny-qwen2"] = new("qwen2", 2, 64, 4, 2, 160, 300, 512, 1_000_000, true),
        ["tiny-qwen2-5k"] = new("qwen2", 2, 64, 4, 2, 160, 5_000, 512, 1_000_000, true),
        ["llama-12x768-32k"] = new("llama", 12, 768, 12, 12, 2_048, 32_000, 4_096, 10_000, false),
        ["llama-1b"] = new("llama", 16, 2_048, 32, 8, 8_192, 128_256, 8_192, 500_000, true),
        ["llama-7b"] = new("llama", 32, 4_096, 32, 32, 11_008, 32_000, 4_096, 10_000, false),
        ["qwen2-1.5b"] = new("qwen2", 28, 1_536, 12, 2, 8_960, 151_936, 32_768, 1_000_000, true),
    };
}
