using System.Collections.Frozen;

namespace Miwv.Llama.Gguf;

/// <summary>What an architecture name of libllama v0.5.0 says about how the model can be used.</summary>
internal static class GgufArchitectures
{
    /// <summary>Encoders without a cache and without a next-token head.</summary>
    public static readonly FrozenSet<string> EncoderOnly = FrozenSet.ToFrozenSet(
    [
        "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3",
        "eurobert", "gemma-embedding", "llama-embed", "t5encoder", "wavtokenizer-dec",
    ]);

    /// <summary>An encoder reads the whole text, a decoder writes: no shared prefix, no plain next-token loss.</summary>
    public static readonly FrozenSet<string> EncoderDecoder = FrozenSet.ToFrozenSet(["t5"]);

    /// <summary>Text diffusion: tokens are not predicted from left to right.</summary>
    public static readonly FrozenSet<string> Diffusion = FrozenSet.ToFrozenSet(["dream", "llada", "llada-moe", "rnd1"]);

    /// <summary>Not a model of text: vision towers, audio decoders, speech, draft heads.</summary>
    public static readonly FrozenSet<string> NotText = FrozenSet.ToFrozenSet(
        ["clip", "wavtokenizer-dec", "qwen3tts", "pockettts", "eagle3", "dflash", "gemma4-assistant"]);

    /// <summary>One state per sequence instead of a cell per token.</summary>
    public static readonly FrozenSet<string> Recurrent = FrozenSet.ToFrozenSet(
        ["mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"]);

    /// <summary>Attention in some layers, a recurrent state in others.</summary>
    public static readonly FrozenSet<string> Hybrid = FrozenSet.ToFrozenSet(
    [
        "jamba", "falcon-h1", "plamo2", "granitehybrid", "lfm2", "lfm2moe", "nemotron_h", "nemotron_h_moe",
        "qwen3next", "kimi-linear", "bailingmoe3", "kimi-k3", "qwen35", "qwen35moe", "qwen4exp", "deepseek4",
        "minimax-01",
    ]);

    /// <summary>Decoders that rotate the whole of each head; libllama ends the process when the file says otherwise.</summary>
    public static readonly FrozenSet<string> RotatesWholeHead = FrozenSet.ToFrozenSet(
    [
        "apertus", "arcee", "arctic", "baichuan", "chameleon", "codeshell", "cogvlm", "dbrx", "deci", "deepseek",
        "dots1", "ernie4_5", "ernie4_5-moe", "exaone", "exaone4", "exaone-moe", "falcon", "granite", "granitemoe",
        "grok", "grovemoe", "hunyuan-moe", "hunyuan_vl", "internlm2", "jais2", "llama", "llama4", "maincoder", "mellum",
        "mistral3", "olmo", "olmo2", "olmoe", "orion", "paddleocr", "pangu-embedded", "plamo", "qwen2", "qwen2moe",
        "qwen2vl", "qwen3", "qwen3moe", "qwen3vl", "qwen3vlmoe", "seed_oss", "smallthinker", "smollm3", "starcoder2",
        "talkie", "xverse",
    ]);

    /// <summary>Decoders with GELU, which the library's CPU code takes from a table of f16.</summary>
    public static readonly FrozenSet<string> Gelu = FrozenSet.ToFrozenSet(
    [
        "bloom", "codeshell", "falcon", "gemma", "gemma2", "gemma3", "gemma3n", "gemma4", "gpt2", "gptj", "gptneox",
        "grok", "mpt", "phi2", "starcoder", "starcoder2",
    ]);
}
