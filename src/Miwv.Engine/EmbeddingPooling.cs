using Miwv.Llama.Gguf;

namespace Miwv.Engine;

/// <summary>What the vectors' key says of the pooling: nothing where it is what it always was.</summary>
internal static class EmbeddingPooling
{
    // an encoder always went by its file; a language model gave the mean, whatever its file said
    public static string Key(GgufFile embedder) => embedder.IsEncoderOnly || embedder.PoolingType is null or GgufPooling.None or GgufPooling.Mean
        ? "" : $"|{embedder.PoolingType.Value.ToString().ToLowerInvariant()} pooling";
}
