using Miwv.Data;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>Which sound files may score and which may embed.</summary>
public sealed class GgufRulesTests : IDisposable
{
    private readonly GgufScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private string NotScoring(GgufWriter writer) => Refusal(writer, static f => f.RequireScoringModel());

    private string NotEmbedding(GgufWriter writer) => Refusal(writer, static f => f.RequireEmbedder());

    private string Refusal(GgufWriter writer, Action<GgufFile> require)
    {
        GgufFile file = _scratch.Open("model.gguf", writer.ToArray());
        return GgufScratch.OneLine(file.Path, Assert.Throws<UserException>(() => require(file)));
    }

    [Fact]
    public void ALanguageModelScoresAndEmbeds()
    {
        GgufFile file = _scratch.Open("model.gguf", TinyModels.Llama().ToArray());
        file.RequireScoringModel();
        file.RequireEmbedder();
        Assert.True(file.IsCausal);
    }

    [Fact]
    public void AnEmbeddingModelEmbedsOnly()
    {
        GgufWriter writer = TinyModels.Settings("bert").Vocabulary("a", "b").Embedding(2);
        Assert.Equal("is an embedding model (bert): it has no next-token head; give it with -e and a language model with -m", NotScoring(writer));
        _scratch.Open("bert.gguf", writer.ToArray()).RequireEmbedder();
    }

    [Fact]
    public void PooledAndBidirectionalDecodersEmbedOnly()
    {
        Assert.Contains("Last pooling", NotScoring(TinyModels.Settings().Add("llama.pooling_type", 3u).Vocabulary("a", "b").Embedding(2)), StringComparison.Ordinal);
        Assert.Contains("both directions", NotScoring(TinyModels.Settings().Add("llama.attention.causal", false).Vocabulary("a", "b").Embedding(2)), StringComparison.Ordinal);
    }

    [Fact]
    public void OthersDoNeither()
    {
        Assert.Contains("encoder-decoder (t5)", NotScoring(TinyModels.Settings("t5").Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("diffusion model (dream)", NotScoring(TinyModels.Settings("dream").Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("not a text model (clip)", NotEmbedding(TinyModels.Settings("clip").Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("reranker", NotEmbedding(TinyModels.Settings("bert").Add("bert.pooling_type", 4u).Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("\"adapter\" (general.type)", NotScoring(TinyModels.Settings().Add("general.type", "adapter").Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("part 2 of 3", NotScoring(TinyModels.Settings().Add("split.count", (ushort)3).Add("split.no", (ushort)1).Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutWeightsOrTokenizer()
    {
        Assert.Contains("no weights, only a vocabulary", NotScoring(TinyModels.Settings().Vocabulary("a")), StringComparison.Ordinal);
        Assert.Contains("no weights, only a vocabulary", NotEmbedding(TinyModels.Settings().Vocabulary("a")), StringComparison.Ordinal);
        Assert.Contains("has no tokenizer", NotScoring(TinyModels.Settings().Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("has no tokenizer", NotEmbedding(TinyModels.Settings().Embedding(1)), StringComparison.Ordinal);
        Assert.Contains("has 3 tokens but token_embd.weight of 32 x 4", NotScoring(TinyModels.Settings().Vocabulary("a", "b", "c").Embedding(4)), StringComparison.Ordinal);
        Assert.Contains("asks for a BOS token", NotScoring(TinyModels.Settings().Add("tokenizer.ggml.add_bos_token", true).Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void VectorsOfTheWrongWidth()
    {
        static GgufWriter Bert() => TinyModels.Settings("bert").Vocabulary("a").Embedding(1);
        Assert.Contains("embedding_length_out is 16, not the 32 numbers", NotEmbedding(Bert().Add("bert.embedding_length_out", 16u)), StringComparison.Ordinal);
        Assert.Contains("pooling_type is 5, not 0 to 4", NotEmbedding(Bert().Add("bert.pooling_type", 5u)), StringComparison.Ordinal);
        Assert.Contains("value_length is 16, not 8", NotEmbedding(Bert().Add("bert.attention.key_length", 8u)), StringComparison.Ordinal);
        GgufWriter dense = Bert().Add("bert.embedding_length_out", 16u)
            .AddTensor("dense_2.weight", GgufTensorType.F32, [32, 16], static (_, bytes) => bytes.Clear());
        _scratch.Open("dense.gguf", dense.ToArray()).RequireEmbedder();
    }

    public static TheoryData<string, uint, string> BadNumbers => new()
    {
        { "block_count", 0, "block_count is 0" },
        { "block_count", 513, "block_count is 513" },
        { "context_length", 0, "context_length is 0" },
        { "embedding_length", 0, "embedding_length is 0" },
        { "attention.head_count", 0, "head_count is 0" },
        { "attention.head_count_kv", 0, "head_count_kv is 0" },
        { "attention.head_count_kv", 3, "head_count_kv is 3, not a divisor of the 4 heads" },
        { "expert_used_count", 2, "expert_used_count is 2" },
        { "expert_count", 2_000, "expert_count is 2000" },
        { "rope.dimension_count", 7, "rope.dimension_count is 7" },
        { "rope.dimension_count", 4, "rope.dimension_count is 4, not the 8 dimensions of a head" },
        { "rope.dimension_count", 16, "rope.dimension_count is 16, not at most the 8 dimensions of a head" },
        { "attention.key_length", 16, "attention.value_length is 8, not 16 as the key's" },
        { "nextn_predict_layers", 1, "nextn_predict_layers is 1, not less than the 1 layers" },
    };

    [Theory]
    [MemberData(nameof(BadNumbers))]
    public void SettingsThatEndTheNativeLibrary(string key, uint value, string reason)
    {
        var settings = new Dictionary<string, uint>
        {
            ["context_length"] = 64, ["embedding_length"] = 32, ["block_count"] = 1, ["attention.head_count"] = 4,
        };
        settings[key] = value;
        GgufWriter writer = new GgufWriter().Add("general.architecture", "llama").Vocabulary("a").Embedding(1);
        foreach ((string name, uint number) in settings)
            writer.Add($"llama.{name}", number);
        Assert.Contains(reason, NotScoring(writer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-1f)]
    [InlineData(float.PositiveInfinity)]
    public void Epsilon(float value) =>
        Assert.Contains("layer_norm_epsilon", NotScoring(TinyModels.Settings().Add("llama.attention.layer_norm_epsilon", value).Vocabulary("a").Embedding(1)), StringComparison.Ordinal);
}
