using Miwv.Llama.Embedding;
using Miwv.Llama.Tests.Gguf;

namespace Miwv.Llama.Tests.Embedding;

public sealed class EmbeddingTextTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    private const string Text = "the quick brown fox";

    [Fact]
    public void ATextThatFitsIsWhole()
    {
        int[] whole = tiny.Model.Vocabulary.Tokenize(Text, addSpecial: true);
        Assert.Equal(whole, Encode(tiny.Model, Text, whole.Length));
        Assert.Equal(whole, Encode(tiny.Model, Text, 1_000));
    }

    [Fact]
    public void WithoutAClosingTokenTheFirstTokensStay()
    {
        int[] whole = tiny.Model.Vocabulary.Tokenize(Text, addSpecial: true);
        for (int window = 1; window < whole.Length; window++)
            Assert.Equal(whole[..window], Encode(tiny.Model, Text, window));
    }

    [Fact]
    public void AClosingTokenStaysLast()
    {
        byte[] closing = [.. tiny.Bytes];
        int flag = closing.After("tokenizer.ggml.add_eos_token") + 4;
        Assert.Equal(0, closing[flag]);
        closing[flag] = 1;
        using LlamaModel model = tiny.Load("closing.gguf", closing);
        int[] whole = model.Vocabulary.Tokenize(Text, addSpecial: true);
        Assert.Equal(2, whole[^1]);
        Assert.Equal(whole, Encode(model, Text, whole.Length));
        for (int window = 2; window < whole.Length; window++)
            Assert.Equal([.. whole[..(window - 1)], 2], Encode(model, Text, window));
    }

    [Fact]
    public void WhatIsBeforeItInTheListStays()
    {
        var tokens = new List<int> { 7, 8 };
        new EmbeddingText(tiny.Model.Vocabulary, 3).Encode(Text, tokens);
        Assert.Equal([7, 8, .. tiny.Model.Vocabulary.Tokenize(Text, addSpecial: true)[..3]], tokens);
    }

    private static List<int> Encode(LlamaModel model, string text, int window)
    {
        var tokens = new List<int>();
        new EmbeddingText(model.Vocabulary, window).Encode(text, tokens);
        return tokens;
    }
}
