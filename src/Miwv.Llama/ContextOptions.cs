namespace Miwv.Llama;

/// <summary>Number format of the KV cache; values are ggml type ids.</summary>
public enum CacheType { F32 = 0, F16 = 1 }

/// <summary>Values are llama_flash_attn_type.</summary>
public enum FlashAttention { Auto = -1, Off = 0, On = 1 }

/// <summary>Values are llama_pooling_type.</summary>
public enum Pooling { FromModel = -1, None = 0, Mean = 1, Cls = 2, Last = 3, Rank = 4 }

/// <summary>What a context is made for.</summary>
public sealed record ContextOptions
{
    /// <summary>KV cells, tokens; the library rounds up to 256.</summary>
    public required int Cells { get; init; }

    /// <summary>Most tokens of one decode (n_batch).</summary>
    public required int Batch { get; init; }

    /// <summary>Most tokens of one graph (n_ubatch); null = <see cref="Batch"/>, so that a decode is one graph, which a tap needs.</summary>
    public int? Ubatch { get; init; }

    /// <summary>Most tokens of one decode whose logits are computed; 0 = all.</summary>
    public int OutputRows { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;
    public CacheType CacheType { get; init; } = CacheType.F16;

    /// <summary>True for a context that returns pooled embeddings instead of logits.</summary>
    public bool Embeddings { get; init; }
    public Pooling Pooling { get; init; } = Pooling.FromModel;

    /// <summary>Most texts of one decode of an embedding context.</summary>
    public int Sequences { get; init; } = 1;
}
