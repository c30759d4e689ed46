namespace Miwv.Data;

/// <summary>Each text of the prompt followed by a newline , one data piece: instruction, then input if there is one; system and history before.</summary>
internal sealed class PlainTemplate : PromptTemplate
{
    public override string Name => "plain";

    public override string SourceText => "{system}\n{history}\n{instruction}\n{input}\n, empty ones left out";

    public override IReadOnlyList<PromptPiece> Render(Row row)
    {
        var text = new PieceList();
        if (row.System is not null)
            text.Add(row.System).Add("\n");
        foreach (Turn turn in row.History)
            text.Add(turn).Add("\n");
        if (!row.ContinuesAssistant)
            text.Add(row.Instruction).Add("\n");
        if (row.Input.Length > 0)
            text.Add(row.Input).Add("\n");
        return text.Pieces();
    }
}
