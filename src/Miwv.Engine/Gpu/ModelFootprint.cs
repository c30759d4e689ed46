using Miwv.Llama.Gguf;

namespace Miwv.Engine.Gpu;

/// <summary>What a model's shape says about the memory that it and its contexts need.</summary>
/// <param name="WeightBytes">All tensors.</param>
/// <param name="KeyValueWidth">Key (or value) numbers a token and layer.</param>
internal sealed record ModelFootprint(long WeightBytes, int Layers, int Width, int FeedForward, int Heads, int KeyValueWidth, int Vocabulary)
{
    public static ModelFootprint Of(GgufFile file)
    {
        int width = (int)(file.EmbeddingLength ?? 0), heads = (int)Math.Max(1, file.HeadCount ?? 1);
        int head = (int)(file.GetUInt32($"{file.Architecture}.attention.key_length") ?? (uint)(width / heads));
        return new ModelFootprint(file.TensorBytes, (int)(file.BlockCount ?? 1), width,
            (int)(file.GetUInt32($"{file.Architecture}.feed_forward_length") ?? (uint)(4 * width)), heads,
            head * (int)(file.HeadCountKv ?? (uint)heads), file.VocabularySize);
    }

    /// <summary>
    /// Bytes of one context on the card, from above: KV cells, the largest activations of a layer, the mask or the attention
    /// scores, the logits, and one dequantised head for the matrix product.
    /// </summary>
    public long ContextBytes(int tokens, int outputs, int cells, bool exact, bool flash, bool inGraph = false)
    {
        long cache = (long)cells * Layers * 2 * KeyValueWidth * (exact ? 4 : 2);
        long activations = (long)tokens * 4 * (4L * Width + 3L * FeedForward);
        long attention = (long)tokens * cells * (flash ? 6 : 6 + 4L * Heads);
        long head = (inGraph ? 8L : 4L) * outputs * Vocabulary + 2L * Vocabulary * Width;
        return cache + activations + attention + head;
    }
}
