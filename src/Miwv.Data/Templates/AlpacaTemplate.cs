using System.Text;

namespace Miwv.Data;

/// <summary>
/// Stanford Alpaca's two texts (METHODS 1.4), one data piece. A system text takes the place of the preamble; earlier turns are
/// blocks before the last one.
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
        var text = new StringBuilder(row.System ?? (row.Input.Length > 0 ? WithInput : WithoutInput)).Append("\n\n");
        foreach (Turn turn in row.History)
            text.Append(turn.Role == TurnRole.Assistant ? "### Response:\n" : "### Instruction:\n").Append(turn.Text).Append("\n\n");
        if (!row.ContinuesAssistant)
            text.Append("### Instruction:\n").Append(row.Instruction).Append("\n\n");
        if (row.Input.Length > 0)
            text.Append("### Input:\n").Append(row.Input).Append("\n\n");
        return [new PromptPiece(text.Append("### Response:").ToString(), IsControl: false)];
    }
}
