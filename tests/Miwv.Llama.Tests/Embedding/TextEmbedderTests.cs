using Miwv.Llama.Embedding;
using Miwv.Llama.Gguf;
using Miwv.Llama.Native;
using Miwv.Llama.Tests.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Embedding;

public sealed unsafe class TextEmbedderTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    private static readonly string[] Texts = ["the", "the quick brown fox", "jumps over the lazy dog and over the lazy dog again", "a b c", "the quick brown fox"];

    public static TheoryData<string> Embedders => SharedModels.Folder is null ? [""] : ["wordvec-meta-14k-325d-f32.gguf", "glove-twitter-12k-25d-f32.gguf", "stories260K-f32.gguf"];

    [Theory]
    [MemberData(nameof(Embedders))]
    public void AnEmbeddingDoesNotDependOnItsCompany(string name)
    {
        using LlamaModel? shared = name.Length == 0 ? null : LlamaModel.Load(SharedModels.Path(name), new ModelOptions(0));
        LlamaModel model = shared ?? tiny.Model;
        bool languageModel = shared is null || name.StartsWith("stories", StringComparison.Ordinal);
        using var embedder = new TextEmbedder(model, languageModel, exact: false, 250, 1);
        Assert.Equal(Pooling.Mean, embedder.Pooling);
        int[][] tokens = [.. Texts.Select(t => model.Vocabulary.Tokenize(t, addSpecial: true))];
        embedder.Begin();
        for (int i = 0; i < tokens.Length; i++) embedder.Add(tokens[i]);
        embedder.Run();
        float[][] together = [.. Texts.Select((_, i) => embedder.Vector(i).ToArray())];
        for (int i = 0; i < tokens.Length; i++)
        {
            embedder.Begin();
            embedder.Add(tokens[i]);
            embedder.Run();
            AssertClose(embedder.Vector(0), together[i]);
        }
        Assert.True(Distance(together[0], together[2]) > 1e-3); // the texts are not all one
    }

    /// <summary>A batch of fewer tokens than it could hold texts once ended the process.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ABatchOfFewTokensGivesTheSameVector(int batch)
    {
        using TextEmbedder small = new(tiny.Model, languageModel: true, exact: false, batch, 1), large = new(tiny.Model, languageModel: true, exact: false, 256, 1);
        foreach (TextEmbedder embedder in new[] { small, large })
        {
            embedder.Begin();
            embedder.Add(((int[])[10, 11, 12]).AsSpan(0, batch));
            embedder.Run();
        }
        float[] expected = large.Vector(0).ToArray(), found = small.Vector(0).ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-4f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ALanguageModelGivesTheMeanOfItsLastHiddenStates(bool exact)
    {
        using var embedder = new TextEmbedder(tiny.Model, languageModel: true, exact, 256, 1);
        using var context = new LlamaContext(tiny.Model, new ContextOptions
        {
            Cells = 256, Batch = 256, Threads = 1, Embeddings = true, Pooling = Pooling.None,
            FlashAttention = exact ? FlashAttention.Off : FlashAttention.Auto, CacheType = exact ? CacheType.F32 : CacheType.F16,
        });
        using var batch = new DecodeBatch(256);
        foreach (string text in Texts)
        {
            int[] tokens = tiny.Model.Vocabulary.Tokenize(text, addSpecial: true);
            context.Clear();
            batch.Clear();
            for (int i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, 0, 1, output: true);
            context.Decode(batch);
            context.Synchronize();
            var mean = new float[tiny.Model.EmbeddingSize];
            for (int i = 0; i < tokens.Length; i++)
            {
                float* state = LlamaNative.llama_get_embeddings_ith(context.Handle, i);
                for (int k = 0; k < mean.Length; k++) mean[k] += state[k] / tokens.Length;
            }
            embedder.Begin();
            embedder.Add(tokens);
            embedder.Run();
            AssertClose(embedder.Vector(0), mean);
            if (exact) Assert.InRange(Distance(embedder.Vector(0).ToArray(), mean), 0, 1e-6);
        }
    }

    /// <summary>Embedding models made of language models (Qwen3-Embedding, e5-mistral) take the state of the last token.</summary>
    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Last)]
    public void ALanguageModelThatNamesItsPoolingIsPooledSo(Pooling pooling)
    {
        byte[] bytes = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama"], GgufTensorType.F32, null, 1).Add("llama.pooling_type", (uint)pooling).ToArray();
        using LlamaModel model = tiny.Load($"{pooling}.gguf", bytes);
        using var embedder = new TextEmbedder(model, languageModel: true, exact: false, 256, 1);
        Assert.Equal(pooling, embedder.Pooling);
        using var context = new LlamaContext(tiny.Model, new ContextOptions { Cells = 256, Batch = 256, Threads = 1, Embeddings = true, Pooling = Pooling.None });
        using var batch = new DecodeBatch(256);
        embedder.Begin();
        foreach (string text in Texts) embedder.Add(model.Vocabulary.Tokenize(text, addSpecial: true));
        embedder.Run();
        for (int text = 0; text < Texts.Length; text++)
        {
            int[] tokens = tiny.Model.Vocabulary.Tokenize(Texts[text], addSpecial: true);
            context.Clear();
            batch.Clear();
            for (int i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, 0, 1, output: true);
            context.Decode(batch);
            context.Synchronize();
            float* state = LlamaNative.llama_get_embeddings_ith(context.Handle, pooling == Pooling.Cls ? 0 : tokens.Length - 1);
            AssertClose(new ReadOnlySpan<float>(state, model.EmbeddingSize), embedder.Vector(text));
        }
    }

    [Fact]
    public void AsManyTextsAsAreAllowedFit()
    {
        using var embedder = new TextEmbedder(tiny.Model, languageModel: true, exact: false, 256, 1);
        embedder.Begin();
        for (int i = 0; i < TextEmbedder.MaxTexts; i++) embedder.Add([1, 3 + i, 7]);
        embedder.Run();
        float[] one = embedder.Vector(TextEmbedder.MaxTexts - 1).ToArray();
        embedder.Begin();
        embedder.Add([1, 3 + TextEmbedder.MaxTexts - 1, 7]);
        embedder.Run();
        AssertClose(embedder.Vector(0), one);
    }

    // Relative to the length of the vector: kernels differ with the number of rows.
    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) => Assert.InRange(Distance(expected, actual), 0, 2e-3);

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        double difference = 0, length = 0;
        for (int i = 0; i < a.Length; i++)
        {
            difference += ((double)a[i] - b[i]) * (a[i] - b[i]);
            length += (double)a[i] * a[i];
        }
        return Math.Sqrt(difference / length);
    }
}
