using Miwv.Llama.Native;
using Miwv.Llama.Tests.Gguf;

namespace Miwv.Llama.Tests;

/// <summary>The tokenizer against llama.cpp's own expectations for six vocabularies.</summary>
public sealed class TokenizerTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    public static TheoryData<string> Vocabularies => SharedModels.Folder is { } folder
        ? [.. Directory.GetFiles(Path.Combine(folder, "vocab"), "*.gguf").Select(p => Path.GetFileName(p)!)]
        : [""];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void GivesTheExpectedIds(string name)
    {
        if (name.Length == 0) // no shared folder: the tests below stand alone
            return;
        string path = SharedModels.Path(Path.Combine("vocab", name));
        string[] texts = File.ReadAllText(path + ".inp").Split("\n__ggml_vocab_test__\n"), lines = File.ReadAllLines(path + ".out");
        Assert.Equal(46, lines.Length);
        using ModelHandle model = LoadVocabulary(path);
        var vocabulary = new Vocabulary(LlamaNative.llama_model_get_vocab(model));
        for (int i = 0; i < lines.Length; i++)
            Assert.Equal(lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse), vocabulary.Tokenize(texts[i]));
    }

    [Fact]
    public void ControlTokensAreReadOnlyWhereTheyAreAskedFor()
    {
        Vocabulary vocabulary = tiny.Model.Vocabulary;
        Assert.Equal([1], vocabulary.Tokenize("<s>", parseSpecial: true));
        Assert.DoesNotContain(1, vocabulary.Tokenize("<s>"));
        Assert.Equal((1, 2, true), (vocabulary.Bos, vocabulary.Eos, vocabulary.AddsBos));
        Assert.Equal([1, .. vocabulary.Tokenize("the")], vocabulary.Tokenize("the", addSpecial: true));
        Assert.Empty(vocabulary.Tokenize(""));
        Assert.Equal("</s>", vocabulary.Piece(2));
    }

    [Fact]
    public void TokensAreAppendedAndLongTextsNeedNoLimit()
    {
        Vocabulary vocabulary = tiny.Model.Vocabulary;
        string text = string.Concat(Enumerable.Repeat("漢 é\0😀", 5_000)); // bytes: more tokens than characters
        var tokens = new List<int> { -7 };
        vocabulary.Tokenize(text, tokens);
        Assert.Equal(-7, tokens[0]);
        Assert.True(tokens.Count > text.Length);
        Assert.Equal(tokens[1..], vocabulary.Tokenize(text));
    }

    [Fact]
    public void ThreadsDoNotDisturbEachOther()
    {
        string[] texts = [.. Enumerable.Range(0, 400).Select(i => string.Concat(Enumerable.Repeat($"word{i} and {i * i} ", i % 17)))];
        int[][] expected = [.. texts.Select(t => tiny.Model.Vocabulary.Tokenize(t))];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i => Assert.Equal(expected[i], tiny.Model.Vocabulary.Tokenize(texts[i])));
    }

    private static ModelHandle LoadVocabulary(string path)
    {
        LlamaLibrary.Load();
        ModelParams parameters = LlamaNative.llama_model_default_params();
        parameters.vocab_only = 1;
        return new ModelHandle(LlamaNative.llama_model_load_from_file(path, parameters));
    }
}
