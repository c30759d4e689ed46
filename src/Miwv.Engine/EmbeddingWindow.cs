using Miwv.Llama.Gguf;

namespace Miwv.Engine;

/// <summary>How many tokens of a text the embedding model sees; a longer text keeps its first ones.</summary>
internal static class EmbeddingWindow
{
    /// <summary>
    /// A text is pooled within one graph, whose memory grows with the square of its length: at this length it is some gigabytes, at the 131,072
    /// or a million tokens that models are trained with it is more than any machine has, and one long row would end the run.
    /// </summary>
    public const int Most = 16_384;

    // BOS, EOS, and the space that some tokenizers put in front
    private const int SpecialTokens = 4;

    /// <param name="wanted">What the user says; only for the scoring model, when it embeds itself, and only where it was trained with more than <see cref="Most"/>.</param>
    public static int Of(GgufFile embedder, int? wanted)
    {
        int trained = (int)embedder.ContextLength!.Value;
        return trained <= Most ? trained : Math.Min(trained, wanted ?? Most);
    }

    /// <summary>What the vectors' key says of it: nothing where the window is the trained one, as it once always was, or cuts no text.</summary>
    /// <param name="longest">UTF-8 bytes of the longest text: it has no more tokens but for the special ones.</param>
    public static string Key(GgufFile embedder, int? wanted, int longest)
    {
        int window = Of(embedder, wanted);
        return window == embedder.ContextLength || longest + SpecialTokens <= window ? "" : $"|first {window} tokens";
    }
}
