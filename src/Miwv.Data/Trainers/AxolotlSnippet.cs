using System.Text;

namespace Miwv.Data;

/// <summary>The <c>datasets:</c> part of an axolotl configuration for a written selection (its docs/dataset-formats).</summary>
public static class AxolotlSnippet
{
    private const string Mark = "# for axolotl, written by miwv";

    /// <summary>Refuses to replace a file that somebody else wrote.</summary>
    /// <exception cref="UserException">There is such a file.</exception>
    public static void Check(string path)
    {
        if (File.Exists(path) && !File.ReadLines(path).FirstOrDefault("").StartsWith(Mark, StringComparison.Ordinal))
            throw new UserException($"{path}: is there already and not written by miwv; name a new file, its lines go into your axolotl configuration");
    }

    /// <summary>Writes the snippet.</summary>
    /// <returns>What the trainer will not read of these rows, one line each.</returns>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string path, WrittenRows rows)
    {
        Check(path);
        WholeFile.Write(path, "the axolotl snippet", stream => stream.Write(Encoding.UTF8.GetBytes(Yaml(rows))));
        return rows.Shape == RowShape.Alpaca && rows.Column(RowColumn.History) is not null
            ? [$"{rows.Path}: axolotl's alpaca types do not read history; write it with --format messages"] : [];
    }

    /// <summary>The text of the snippet.</summary>
    internal static string Yaml(WrittenRows rows)
    {
        var yaml = new StringBuilder();
        void Line(string text) => yaml.Append(text).Append('\n');
        Line($"{Mark}: these lines go into your configuration");
        Line("datasets:");
        Line($"  - path: {Scalar(rows.Path)}");
        Line("    ds_type: json");
        if (rows.Shape != RowShape.Alpaca) Conversation(rows, Line);
        else if (rows.Map.ToString().Length == 0 && rows.Column(RowColumn.System) is null) Line("    type: alpaca");
        else Fields(rows, Line);
        return yaml.ToString();
    }

    private static void Conversation(WrittenRows rows, Action<string> line)
    {
        line("    type: chat_template");
        line($"    field_messages: {Scalar(rows.Column(rows.Shape == RowShape.Messages ? RowColumn.Messages : RowColumn.Conversations)!)}");
        if (rows.Column(RowColumn.System) is { } system) line($"    field_system: {Scalar(system)}");
        line("    message_property_mappings:");
        line($"      role: {Scalar(rows.RoleField)}");
        line($"      content: {Scalar(rows.ContentField)}");
        line("    roles:");
        Role("system", rows.Speaker(TurnRole.System, false));
        Role("user", rows.Speaker(TurnRole.User, false));
        Role("assistant", rows.Speaker(TurnRole.Assistant, false), rows.Speaker(TurnRole.Assistant, true));
        Role("tool", rows.Speaker(TurnRole.User, true));
        line("    roles_to_train: [assistant]");

        void Role(string name, params string?[] spellings)
        {
            string list = string.Join(", ", spellings.OfType<string>().Select(Scalar));
            if (list.Length > 0) line($"      {name}: [{list}]");
        }
    }

    // the type "alpaca" has fixed names; this is the same text with others
    private static void Fields(WrittenRows rows, Action<string> line)
    {
        line("    type:");
        if (rows.Column(RowColumn.System) is { } system) line($"      field_system: {Scalar(system)}");
        line($"      field_instruction: {Scalar(rows.Required(RowColumn.Instruction))}");
        line($"      field_input: {Scalar(rows.Column(RowColumn.Input) ?? "input")}");
        line($"      field_output: {Scalar(rows.Required(RowColumn.Output))}");
        line("""      format: "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n" """.TrimEnd());
        line("""      no_input_format: "### Instruction:\n{instruction}\n\n### Response:\n" """.TrimEnd());
    }

    // plain where YAML reads it as the same text, in double quotes otherwise
    private static string Scalar(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/') && char.IsAsciiLetter(text[0]) && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n")
            ? text : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
