namespace Miwv.Data;

/// <summary>
/// Stanford Alpaca's two texts, one data piece. A system text takes the place of the preamble; earlier turns are blocks before the
/// last one, in which an answer stands directly behind its heading as the last one does.
/// </summary>
internal sealed class AlpacaTemplate : PromptTemplate
{
    private const string WithInput =
        "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.";

    private const string WithoutInput =
        "Below is an instruction that describes a task. Write a response that appropriately completes the request.";

    public override string Name => "alpaca";

    public override string SourceText =>
        WithInput + "\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
        + "\n--- no input ---\n"
        + WithoutInput + "\n\n### Instruction:\n{instruction}\n\n### Response:";

    public override IReadOnlyList<PromptPiece> Render(Row row)
    {
        PieceList text = new PieceList().Add(row.System ?? (row.Input.Length > 0 ? WithInput : WithoutInput)).Add("\n\n");
        foreach (Turn turn in row.History)
            text.Add(turn.Role == TurnRole.Assistant ? "### Response:" : "### Instruction:\n").Add(turn).Add("\n\n");
        if (!row.ContinuesAssistant)
            text.Add("### Instruction:\n").Add(row.Instruction).Add("\n\n");
        if (row.Input.Length > 0)
            text.Add("### Input:\n").Add(row.Input).Add("\n\n");
        return text.Add("### Response:").Pieces();
    }
}
