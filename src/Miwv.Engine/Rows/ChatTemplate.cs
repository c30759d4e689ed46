using Miwv.Data;
using Miwv.Llama;

namespace Miwv.Engine.Rows;

/// <summary>
/// The GGUF's own chat template, as far as libllama knows its family (it recognises templates, it does not run them).
/// The library renders marks in place of the texts; what stands around the marks are control pieces, the texts stay data.
/// </summary>
internal sealed class ChatTemplate(LlamaModel model, string source) : PromptTemplate
{
    public override string Name => "model";
    public override string SourceText => source;

    /// <exception cref="UserException">The model has no template, or one that the library does not know.</exception>
    public static ChatTemplate Of(LlamaModel model)
    {
        string source = model.ChatTemplate
            ?? throw new UserException($"{model.Path}: has no chat template; use --template chatml, alpaca or a file");
        var template = new ChatTemplate(model, source);
        template.Pieces([new Turn(TurnRole.User, "a")]);
        return template;
    }

    public override IReadOnlyList<PromptPiece> Render(Row row) => Pieces(row.Messages());

    private List<PromptPiece> Pieces(IReadOnlyList<Turn> messages)
    {
        var marked = new (string Role, string Content)[messages.Count];
        for (int i = 0; i < marked.Length; i++) marked[i] = (messages[i].RoleName, Mark(i));
        string text = model.ApplyChatTemplate(source, marked)
            ?? throw new UserException($"{model.Path}: libllama does not know this model's chat template; use --template chatml, alpaca or a file");
        var pieces = new List<PromptPiece>();
        int from = 0;
        for (int i = 0; i < marked.Length; i++)
        {
            int at = text.IndexOf(marked[i].Content, from, StringComparison.Ordinal);
            bool isAnswer = messages[i].Role == TurnRole.Assistant;
            if (at >= 0)
            {
                Append(pieces, text[from..at], control: true);
                from = at + marked[i].Content.Length;
            }
            else if (!isAnswer) continue; // a template without a place for system texts
            if (isAnswer) pieces.Add(new PromptPiece(at < 0 ? "" : messages[i].Text, IsControl: false, IsAnswer: true));
            else Append(pieces, messages[i].Text, control: false);
        }
        Append(pieces, text[from..], control: true);
        return pieces;
    }

    private static string Mark(int message) => $"\u0001{message}\u0002";

    private static void Append(List<PromptPiece> pieces, string text, bool control)
    {
        if (text.Length > 0) pieces.Add(new PromptPiece(text, control));
    }
}
