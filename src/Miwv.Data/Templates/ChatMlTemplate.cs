namespace Miwv.Data;

/// <summary>ChatML: every message between control pieces, the answer's opening last.</summary>
internal sealed class ChatMlTemplate : PromptTemplate
{
    private const string End = "<|im_end|>\n";

    public override string Name => "chatml";

    public override string SourceText => $"{Begin("{role}")}{{content}}{End}{Begin("assistant")}";

    public override IReadOnlyList<PromptPiece> Render(Row row)
    {
        var pieces = new List<PromptPiece>();
        foreach (Turn message in row.Messages())
        {
            pieces.Add(new PromptPiece(Begin(message.RoleName), IsControl: true));
            bool isAnswer = message.Role == TurnRole.Assistant;
            if (message.Text.Length > 0 || isAnswer)
                pieces.Add(new PromptPiece(message.Text, IsControl: false, isAnswer));
            pieces.Add(new PromptPiece(End, IsControl: true));
        }
        pieces.Add(new PromptPiece(Begin("assistant"), IsControl: true));
        return pieces;
    }

    private static string Begin(string role) => $"<|im_start|>{role}\n";
}
