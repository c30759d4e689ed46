namespace Miwv.Llama.Embedding;

/// <summary>Texts as the embedder sees them: data tokens between the special tokens the vocabulary asks for, cut to the window.</summary>
public sealed class EmbeddingText
{
    private readonly Vocabulary vocabulary;
    private readonly int window;
    private readonly bool closes;

    /// <param name="window">Tokens that a text may have.</param>
    public EmbeddingText(Vocabulary vocabulary, int window)
    {
        this.vocabulary = vocabulary;
        this.window = window;
        int[] empty = vocabulary.Tokenize("", addSpecial: true), one = vocabulary.Tokenize("a", addSpecial: true), plain = vocabulary.Tokenize("a");
        closes = empty.Length > 0 && one.Length > plain.Length && one[^1] == empty[^1] && one[^1] != plain[^1];
    }

    /// <summary>Appends the tokens of a text; a longer one keeps its first tokens and the closing special token.</summary>
    public void Encode(string text, List<int> tokens)
    {
        int start = tokens.Count;
        vocabulary.Tokenize(text, tokens, addSpecial: true);
        int length = tokens.Count - start;
        if (length <= window) return;
        if (closes) tokens[start + window - 1] = tokens[^1];
        tokens.RemoveRange(start + window, length - window);
    }
}
