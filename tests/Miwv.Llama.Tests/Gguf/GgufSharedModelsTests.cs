using Miwv.Data;
using Miwv.Llama.Gguf;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>The real files beside the checkout.</summary>
public sealed class GgufSharedModelsTests
{
    /// <summary>File, architecture; context, width, layers, heads, kv heads, tokens, tensors, learned positions.</summary>
    public static TheoryData<string, string, int[]> Facts
    {
        get
        {
            var facts = new TheoryData<string, string, int[]>();
            if (SharedModels.Folder is null)
                return new() { { "", "", [] } };
            facts.Add("stories260K-f32.gguf", "llama", [512, 64, 5, 8, 4, 512, 48, 0]);
            facts.Add("tinystories-instruct-3m-chat-f32.gguf", "gpt2", [256, 128, 8, 16, 16, 14_019, 101, 1]);
            facts.Add("word2vec-googlenews-8k-300d-f32.gguf", "bert", [2_048, 320, 1, 10, 10, 7_941, 21, 1]);
            facts.Add("glove-twitter-12k-25d-f32.gguf", "bert", [2_048, 32, 1, 1, 1, 11_942, 21, 1]);
            facts.Add("wordvec-meta-14k-325d-f32.gguf", "bert", [2_048, 352, 1, 11, 11, 13_139, 21, 1]);
            facts.Add("vocab/ggml-vocab-gpt-2.gguf", "gpt2", [1_024, 768, 12, 12, 12, 50_257, 0, 0]);
            facts.Add("vocab/ggml-vocab-llama-spm.gguf", "llama", [4_096, 4_096, 32, 32, 32, 32_000, 0, 0]);
            facts.Add("vocab/ggml-vocab-llama-bpe.gguf", "llama", [8_192, 4_096, 32, 32, 8, 128_256, 0, 0]);
            facts.Add("vocab/ggml-vocab-bert-bge.gguf", "bert", [512, 384, 12, 12, 12, 30_522, 0, 0]);
            facts.Add("vocab/ggml-vocab-phi-3.gguf", "phi3", [4_096, 3_072, 32, 32, 32, 32_064, 0, 0]);
            facts.Add("vocab/ggml-vocab-qwen2.gguf", "qwen2", [32_768, 4_096, 32, 32, 32, 151_936, 0, 0]);
            return facts;
        }
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public void OpensWithTheRightFacts(string name, string architecture, int[] facts)
    {
        if (name.Length == 0) // no shared folder: the generated files of the other tests stand alone
            return;
        GgufFile file = GgufFile.Open(SharedModels.Path(name));
        Assert.Equal(architecture, file.Architecture);
        int[] read =
        [
            (int)file.ContextLength!, (int)file.EmbeddingLength!, (int)file.BlockCount!, (int)file.HeadCount!, (int)file.HeadCountKv!,
            file.VocabularySize, file.Tensors.Count, file.HasLearnedPositions ? 1 : 0,
        ];
        Assert.Equal<int>(facts, read);
        Assert.True(file.HasTokenizer);
        Assert.Equal(architecture == "bert", file.IsEncoderOnly);
        Assert.Equal(architecture != "bert", file.IsCausal);
        if (facts[6] == 0)
        {
            Assert.Contains("has no weights", Assert.Throws<UserException>(file.RequireEmbedder).Message, StringComparison.Ordinal);
            Assert.Contains(architecture == "bert" ? "embedding model" : "has no weights", Assert.Throws<UserException>(file.RequireScoringModel).Message, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(file.TensorBytes, 4 * file.ParameterCount);
        file.RequireEmbedder();
        if (architecture == "bert")
            Assert.Contains("is an embedding model (bert)", Assert.Throws<UserException>(file.RequireScoringModel).Message, StringComparison.Ordinal);
        else
            file.RequireScoringModel();
        Assert.Equal(architecture == "bert" ? GgufPooling.Mean : null, file.PoolingType);
    }

    [Fact]
    public void CountsStories260K()
    {
        if (SharedModels.Folder is null)
            return;
        GgufFile file = GgufFile.Open(SharedModels.Path("stories260K-f32.gguf"));
        // Five layers of norms, q, k, v, o, gate, up, down; the final norm; embedding and head of 512 x 64.
        const int body = 5 * (64 + 64 + 64 * 64 + 2 * 64 * 32 + 64 * 64 + 3 * 64 * 172) + 64;
        Assert.Equal(body, file.BodyParameterCount);
        Assert.Equal(body + 2 * 512 * 64, file.ParameterCount);
        Assert.Equal(0u, file.FileType);
        Assert.Null(file.ChatTemplate);
        Assert.Equal("stories260K (llama2.c)", file.Name);
    }

    [Fact]
    public void EveryVocabularyCanBeCopiedIntoAnotherModel()
    {
        if (SharedModels.Folder is null)
            return;
        using var scratch = new GgufScratch();
        GgufFile vocabulary = GgufFile.Open(SharedModels.Path("vocab/ggml-vocab-phi-3.gguf"));
        var shape = new Perf.Models.ModelShape("llama", 1, 32, 2, 1, 32, 0, 64, 10_000, true);
        GgufFile copy = scratch.Open("copy.gguf", Perf.Models.RandomModel.Create("copy", shape, GgufTensorType.Q8_0, vocabulary, 1).ToArray());
        copy.RequireScoringModel();
        Assert.Equal(32_064, copy.VocabularySize);
        Assert.Equal(vocabulary.ChatTemplate, copy.ChatTemplate);
        foreach (string key in vocabulary.Keys.Where(static k => k.StartsWith("tokenizer.", StringComparison.Ordinal)))
            Assert.Equal(vocabulary.GetEncoded(key), copy.GetEncoded(key));
    }
}
