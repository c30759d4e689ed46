using Miwv.Data;
using Miwv.Llama;

namespace Miwv.Engine.Rows;

/// <summary>
/// Prompts to token ids: every piece of the rendered template is tokenized by itself, data never as control tokens (DESIGN 3).
/// A template that writes the BOS token itself does not get a second one.
/// </summary>
public sealed class PromptEncoder(Vocabulary vocabulary, PromptTemplate template)
{
    // a template of plain text is one piece, so that its words and the row's join as they would in any text
    private readonly PromptTemplate template = template.Literals.Any(text => HoldsControlToken(vocabulary, text)) ? template.WithControlLiterals() : template;

    public void Encode(Row row, List<int> tokens)
    {
        int start = tokens.Count;
        var pieces = template.Render(row);
        foreach (var piece in pieces) vocabulary.Tokenize(piece.Text, tokens, parseSpecial: piece.IsControl);
        if (vocabulary.AddsBos && pieces is [{ IsControl: true }, ..] && tokens.Count > start && tokens[start] == vocabulary.Bos) tokens.RemoveAt(start);
    }

    private static bool HoldsControlToken(Vocabulary vocabulary, string text) =>
        !vocabulary.Tokenize(text, parseSpecial: true).AsSpan().SequenceEqual(vocabulary.Tokenize(text));
}
