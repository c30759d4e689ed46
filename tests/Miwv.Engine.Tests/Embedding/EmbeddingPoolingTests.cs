using Miwv.Engine.Tests.Support;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Engine.Tests.Embedding;

/// <summary>A pooling that language models did not have in earlier versions is part of what vectors are known by.</summary>
public sealed class EmbeddingPoolingTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null, "")]
    [InlineData(0u, "")]
    [InlineData(1u, "")]
    [InlineData(2u, "|cls pooling")]
    [InlineData(3u, "|last pooling")]
    public void OnlyWhatIsNotTheMeanIsPartOfTheKey(uint? pooling, string key)
    {
        GgufWriter writer = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama"], GgufTensorType.F32, null, 1);
        if (pooling is { } number) writer.Add("llama.pooling_type", number);
        File.WriteAllBytes(folder["embedder.gguf"], writer.ToArray());
        Assert.Equal(key, EmbeddingPooling.Key(GgufFile.Open(folder["embedder.gguf"])));
    }
}
