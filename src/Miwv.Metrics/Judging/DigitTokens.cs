using Miwv.Data;
using Miwv.Llama;

namespace Miwv.Metrics.Judging;

/// <summary>The tokens by which a model writes a single digit, each checked to be one token.</summary>
internal static class DigitTokens
{
    /// <returns>Ids of "0" to "9".</returns>
    /// <exception cref="UserException">The vocabulary has no token of its own for some digit.</exception>
    public static int[] Of(Vocabulary vocabulary)
    {
        var ids = new int[10];
        for (int digit = 0; digit < ids.Length; digit++)
        {
            // behind a line break, where ratings stand: SentencePiece puts a space before a text's first word
            int[] tokens = vocabulary.Tokenize($"\n{digit}");
            if (tokens.Length == 0 || vocabulary.Piece(tokens[^1]) != digit.ToString(System.Globalization.CultureInfo.InvariantCulture))
                throw new UserException($"this model writes the digit {digit} not as one token, so ratings cannot be read off its logits; take another model for selectit, deita and alpagasus");
            ids[digit] = tokens[^1];
        }
        return ids;
    }
}
