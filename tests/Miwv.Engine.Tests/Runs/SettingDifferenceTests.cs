using Miwv.Data;
using Miwv.Engine.Runs;

namespace Miwv.Engine.Tests.Runs;

/// <summary>What a refusal says of a setting that is another now.</summary>
public sealed class SettingDifferenceTests
{
    [Theory]
    [InlineData("metrics", null, "miwv,ifd", "--metric: was miwv, is miwv,ifd")]
    [InlineData("wave_tokens", "all", "512", "-ub: was not given, is 512")]
    [InlineData("flash_attention", "Auto", "Off", "-fa: was auto, is off")]
    [InlineData("gpu_layers", "-1", "0", "-ngl: was -1, is 0")]
    [InlineData("early_stop", null, "5%", "--early-stop: was not given, is 5%")]
    [InlineData("turns", "Sum", null, "--turns: was sum, is not given")]
    [InlineData("search", "Hnsw, M 16, efConstruction 200, efSearch 64", "Exact", "--search: was hnsw, M 16, efConstruction 200, efSearch 64, is exact")]
    [InlineData("template", "the model's own", "one {instruction}\ntwo", "--template: was model, is a file")]
    [InlineData("template", "one {instruction}", "two {instruction}", "--template: was a file, is another")]
    [InlineData("embeddings", "scoring model aa", "bb", "embeddings: were of the scoring model, are of the model of -e")]
    [InlineData("embeddings", "npy aa", "npy bb", "embeddings: the file of --embeddings is another than before")]
    [InlineData("embeddings", "aa", "aa, f16", "--store: was f32, is f16")]
    [InlineData("cascade", null, "aa", "--cascade: was not given, is given")]
    [InlineData("judge 2", "aa 1 deita", "bb 1 deita", "--judges: judge 2 is another")]
    public void IsInTheWordsOfTheCommandLine(string name, string? was, string? now, string text) =>
        Assert.Equal(text, new SettingDifference(name, was, now).ToString());

    [Fact]
    public void BuiltInTemplatesAreNamed() => Assert.Equal("--template: was alpaca, is chatml",
        new SettingDifference("template", PromptTemplate.Load("alpaca").SourceText, PromptTemplate.Load("chatml").SourceText).ToString());
}
