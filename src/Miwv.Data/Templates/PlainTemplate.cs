using System.Text;

namespace Miwv.Data;

/// <summary>Each text of the prompt followed by a newline (METHODS 1.2, 1.5), one data piece: instruction, then input if there is one; system and history before.</summary>
internal sealed class PlainTemplate : PromptTemplate
{
    public override string Name => "plain";

    public override string SourceText => "{system}\n{history}\n{instruction}\n{input}\n, empty ones left out";

    public override IReadOnlyList<PromptPiece> Render(Row row)
    {
        var text = new StringBuilder();
        if (row.System is not null)
            text.Append(row.System).Append('\n');
        foreach (Turn turn in row.History)
            text.Append(turn.Text).Append('\n');
        if (!row.ContinuesAssistant)
            text.Append(row.Instruction).Append('\n');
        if (row.Input.Length > 0)
            text.Append(row.Input).Append('\n');
        return [new PromptPiece(text.ToString(), IsControl: false)];
    }
}
