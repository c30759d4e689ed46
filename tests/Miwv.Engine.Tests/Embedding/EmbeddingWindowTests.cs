using Miwv.Engine.Tests.Support;
using Miwv.Llama;
using Miwv.Llama.Gguf;

namespace Miwv.Engine.Tests.Embedding;

/// <summary>A text longer than what the embedder sees costs that text its end, and no run.</summary>
public sealed class EmbeddingWindowTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunSettings Settings(int words, int context, int? window) => new()
    {
        DataPath = folder.Rows("rows.json", [.. Enumerable.Range(0, 10).Select(i => (object)new { instruction = $"say {i} of the house", output = $"number {i}" }),
            new { instruction = string.Join(' ', Enumerable.Range(0, words).Select(i => $"house {i % 7}")), output = "x" }]),
        ModelPath = folder.Model("tiny-llama", context), Window = window, Template = "plain", Threads = 2, Exact = true,
    };

    [Fact]
    public void ByDefaultItIsTheTrainedContextUpToABound()
    {
        GgufFile small = GgufFile.Open(folder.Model("tiny-llama", 512)), large = GgufFile.Open(folder.Model("tiny-llama", 200_000));
        Assert.Equal((512, 512, 512), (EmbeddingWindow.Of(small, null), EmbeddingWindow.Of(small, 300), EmbeddingWindow.Of(small, 600)));
        Assert.Equal((EmbeddingWindow.Most, 300, 40_000), (EmbeddingWindow.Of(large, null), EmbeddingWindow.Of(large, 300), EmbeddingWindow.Of(large, 40_000)));
    }

    [Fact]
    public void OnlyAWindowThatCutsATextIsPartOfTheKey()
    {
        GgufFile small = GgufFile.Open(folder.Model("tiny-llama", 512)), large = GgufFile.Open(folder.Model("tiny-llama", 200_000));
        Assert.Equal("", EmbeddingWindow.Key(small, null, 100_000));
        Assert.Equal("", EmbeddingWindow.Key(small, 300, 1000));
        Assert.Equal("", EmbeddingWindow.Key(large, 300, 200));
        Assert.Equal("|first 300 tokens", EmbeddingWindow.Key(large, 300, 1000));
        Assert.Equal("", EmbeddingWindow.Key(large, null, 10_000));
        Assert.Equal($"|first {EmbeddingWindow.Most} tokens", EmbeddingWindow.Key(large, null, 100_000));
    }

    [Fact]
    public void ALongRowIsTooLongAndTheOthersHaveTheirScores()
    {
        Scores scores = folder.Score(Settings(40_000, 200_000, window: 256));
        Assert.All(scores.Lines.Take(10), line => Assert.Equal("ok", line.Status));
        Assert.Equal("too_long", scores.Lines[10].Status);
    }

    [Fact]
    public void WithoutAWindowTheFirstTokensOfALongTextAreItsVector()
    {
        var settings = Settings(8_000, 200_000, null);
        using MiwvRun run = MiwvRun.Open(settings, folder["run"], warn: folder.Warnings.Add);
        using LlamaModel model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        Assert.True(model.Vocabulary.Tokenize(run.Rows.Read(10).EmbeddingText).Length > EmbeddingWindow.Most);
        Assert.False(run.Embed().IsZero(10));
    }

    [Fact]
    public void VectorsOfAnotherWindowAreMadeAnewUntilSomethingIsScored()
    {
        var settings = Settings(200, 200_000, null);
        using (MiwvRun run = MiwvRun.Open(settings, folder["run"])) run.Embed();
        byte[] before = File.ReadAllBytes(Path.Combine(folder["run"], "embeddings.miwv"));
        using (MiwvRun run = MiwvRun.Open(settings with { Window = 128 }, folder["run"], warn: folder.Warnings.Add)) run.Score();
        Assert.Contains(folder.Warnings, warning => warning.Contains("embedding again", StringComparison.Ordinal));
        Assert.NotEqual(before, File.ReadAllBytes(Path.Combine(folder["run"], "embeddings.miwv")));
    }
}
