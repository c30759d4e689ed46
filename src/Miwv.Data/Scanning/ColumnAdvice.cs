namespace Miwv.Data;

/// <summary>Advice for files whose columns have other names: the option or the command to paste, where the names are known ones.</summary>
internal sealed class ColumnAdvice(ColumnMap columns, IReadOnlyList<string> found, RowSample rows)
{
    private static readonly string[] Instructions = ["instruction", "prompt", "question", "query", "problem", "inputs", "input"];
    private static readonly string[] Inputs = ["input", "context"];
    private static readonly string[] Outputs = ["output", "response", "completion", "answer", "solution", "targets", "target", "chosen", "chosen_response"];
    private static readonly string[] Systems = ["system", "system_prompt", "system_message"];
    private static readonly string[] Chats = ["messages", "conversations", "conversation", "dialog", "dialogue", "chat", "data"];
    private static readonly string[] Texts = ["text", "chosen"];

    /// <summary>"columns found: …; try --columns …" for the columns of a file.</summary>
    public string Text()
    {
        string listed = found.Count == 0 ? "the rows have no columns" : "columns found: " + string.Join(", ", found.Select(Quoted.Short));
        return $"{listed}; {Suggestion() ?? "name yours with --columns instruction=COLUMN,input=COLUMN,output=COLUMN"}";
    }

    private string? Suggestion()
    {
        string? output = Pick(RowColumn.Output, Outputs), instruction = Pick(RowColumn.Instruction, Instructions);
        if (output is not null && instruction is not null && rows.IsText(output) && rows.IsText(instruction))
            return Alpaca(instruction, output);
        if (output is not null && rows.IsTurns(output))
        {
            if (!rows.IsAnswerOnly(output))
                return Messages(output);
            return instruction is not null && rows.IsTurns(instruction) && Conversion.Join(rows.Path, instruction, output) is { } join
                ? $"prompt and answer are two lists of turns, make them one: {join}"
                : null;
        }
        if (Named(Chats) is { } texts && rows.IsTexts(texts) && Conversion.Pair(rows.Path, texts) is { } pair)
            return $"the turns are plain texts, one side after the other: {pair}";
        if (found.FirstOrDefault(rows.IsTurns) is { } turns)
            return Messages(turns);
        if (Named(Chats) is { } chat && rows.TurnFields(chat) is { } fields)
            return $"say which field of a turn ({string.Join(", ", fields.Take(8).Select(Quoted.Short))}) is the speaker and which the text: --columns messages={Shell.Word(chat)},role_tag=FIELD,content_tag=FIELD";
        return instruction is null && Named(Texts) is { } text && rows.IsText(text)
            ? $"\"{Quoted.Short(text)}\" alone does not say what is prompt and what is answer; split it into the columns instruction and output"
            : null;
    }

    private string? Alpaca(string instruction, string output)
    {
        var named = new Dictionary<RowColumn, string> { [RowColumn.Instruction] = instruction, [RowColumn.Output] = output };
        if (Pick(RowColumn.Input, Inputs, but: instruction) is { } input && rows.IsText(input))
            named[RowColumn.Input] = input;
        if (Pick(RowColumn.System, Systems) is { } system && rows.IsText(system))
            named[RowColumn.System] = system;
        return Try(named);
    }

    private string? Messages(string column) => Try(new Dictionary<RowColumn, string> { [RowColumn.Messages] = column });

    private string? Try(Dictionary<RowColumn, string> named)
    {
        if (named.Values.Any(name => name.AsSpan().ContainsAny(",=") || name != name.Trim() || name.Length == 0))
            return null;
        string option = columns.With(named);
        return option.Length == 0 ? null : "try --columns " + Shell.Word(option);
    }

    // What the user named stays.
    private string? Pick(RowColumn column, string[] names, string? but = null) => columns.IsNamed(column) ? columns.Name(column) : Named(names, but);

    private string? Named(string[] names, string? but = null) =>
        names.Select(name => found.FirstOrDefault(column => column != but && column.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(column => column is not null);
}
