namespace Miwv.Data;

/// <summary>One-line commands that turn other tools' files into JSON Lines; other columns stay as they are.</summary>
internal static class Conversion
{
    // as a file of rows is an array or one object a line
    private const string Rows = "(arrays[], objects)";

    public static string Csv(string path, char separator) =>
        Python(path, "csv", $"csv.field_size_limit(1<<30); [print(json.dumps(r)) for r in csv.DictReader(open(0,encoding='utf-8-sig',newline=''){(separator == '\t' ? ",delimiter='\\t'" : "")})]");

    /// <summary>Rows as Python prints them.</summary>
    public static string Literals(string path, bool array) =>
        Python(path, "ast", array
            ? "[print(json.dumps(r)) for r in ast.literal_eval(open(0,encoding='utf-8-sig').read())]"
            : "[print(json.dumps(ast.literal_eval(l))) for l in open(0,encoding='utf-8-sig') if l.strip()]");

    /// <summary>Turns that are JSON inside a text; null if the column cannot be written in a filter.</summary>
    public static string? Unpack(string path, string column) =>
        Field(column) is { } field ? Jq(path, $"{Rows} | {field} |= (if type == \"string\" then fromjson else . end)") : null;

    /// <summary>Turns that are texts, the user's and the assistant's in turn.</summary>
    public static string? Pair(string path, string column) =>
        Field(column) is { } field ? Jq(path, $"{Rows} | del({field}) + {{conversations: [{field} | to_entries[] | {{from: (if .key % 2 == 0 then \"human\" else \"gpt\" end), value}}]}}") : null;

    /// <summary>Two lists of turns as one.</summary>
    public static string? Join(string path, string first, string second) =>
        (Field(first), Field(second)) is ({ } a, { } b) ? Jq(path, $"{Rows} | del({a}, {b}) + {{messages: ({a} + {b})}}") : null;

    private static string Jq(string path, string filter) => Piped(path, $"jq -c '{filter}'");

    private static string Python(string path, string module, string body) => Piped(path, $"python3 -c \"import {module},json; {body}\"");

    private static string Piped(string path, string command) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
        ? $"gzip -dc {Shell.Word(path)} | {command} > rows.jsonl"
        : $"{command} < {Shell.Word(path)} > rows.jsonl";

    private static string? Field(string name) => name.Length == 0 || name.AsSpan().ContainsAny("'\"\\") || name.Any(char.IsControl) ? null
        : name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(name[0]) ? "." + name : $".[\"{name}\"]";
}
