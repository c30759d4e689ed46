using Miwv.Data;
using Miwv.Llama;

namespace Miwv.Engine.Rows;

/// <summary>
/// Prompts to token ids: every piece of the rendered template is tokenized by itself, data never as control tokens.
/// A template that writes the BOS token itself does not get a second one.
/// </summary>
public sealed class PromptEncoder(Vocabulary vocabulary, PromptTemplate template)
{
    // a template of plain text is one piece, so that its words and the row's join as they would in any text
    private readonly PromptTemplate template = template.Literals.Any(text => HoldsControlToken(vocabulary, text)) ? template.WithControlLiterals() : template;

    /// <summary>Appends a row's prompt.</summary>
    /// <param name="answers">Gets the place of each earlier answer among the prompt's tokens, [From, To), in order.</param>
    public void Encode(Row row, List<int> tokens, List<(int From, int To)>? answers = null)
    {
        int start = tokens.Count;
        foreach (var piece in template.Render(row))
        {
            int from = tokens.Count;
            vocabulary.Tokenize(piece.Text, tokens, parseSpecial: piece.IsControl);
            if (from == start && piece.IsControl && vocabulary.AddsBos && tokens.Count > start && tokens[start] == vocabulary.Bos) tokens.RemoveAt(start);
            if (piece.IsAnswer) answers?.Add((from - start, tokens.Count - start));
        }
    }

    private static bool HoldsControlToken(Vocabulary vocabulary, string text) =>
        !vocabulary.Tokenize(text, parseSpecial: true).AsSpan().SequenceEqual(vocabulary.Tokenize(text));
}
