using System.Text.Json;

namespace Miwv.Data;

/// <summary>What to do about rows that are wrong all in one way, as those of other tools' files are.</summary>
public static class RowErrorAdvice
{
    private const int RowsToRead = 100;

    private static readonly string[] Users = ["user", "human", "prompter", "person", "customer", "question", "instruction", "input", "me"];
    private static readonly string[] Assistants = ["assistant", "gpt", "bot", "chatbot", "ai", "model", "agent", "answer", "response", "output"];

    /// <summary>The first row that there is advice for, and the advice; null if there is none.</summary>
    /// <param name="errors">Rows and what is wrong with them, in the file's order.</param>
    /// <exception cref="UserException">The file was changed since it was opened.</exception>
    public static (int Row, string Advice)? For(RowFile rows, IEnumerable<(int Row, string Error)> errors)
    {
        if (rows.Shape == RowShape.Alpaca)
            return null;
        RowColumn column = ColumnWatch.Answer(rows.Shape);
        string name = rows.Columns.Name(column) ?? ColumnMap.Word(column);
        int? first = null;
        var unknown = new List<string>();
        foreach ((int row, string error) in errors.Take(RowsToRead))
        {
            using var document = JsonDocument.Parse(rows.RawJson(row).ToArray(), new JsonDocumentOptions { MaxDepth = RowProbe.MaxDepth + 2 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !JsonText.TryGet(document.RootElement, name, out JsonElement turns))
                continue;
            if (error.Contains("unknown role", StringComparison.Ordinal))
            {
                first ??= row;
                unknown.AddRange(Speakers(rows.Columns.Turns, turns).Where(speaker => rows.Columns.Turns.SpeakerOf(speaker) is null && !unknown.Contains(speaker)));
            }
            else if (first is null && Shape(rows, name, turns) is { } advice)
            {
                return (row, advice);
            }
        }
        return first is { } wrong && unknown.Count > 0 ? (wrong, Roles(rows.Columns, unknown)) : null;
    }

    private static string? Shape(RowFile rows, string name, JsonElement turns)
    {
        if (turns.ValueKind == JsonValueKind.String && turns.GetRawText().AsSpan(1).TrimStart() is ['[', ..] && IsJson(turns))
            return Conversion.Unpack(rows.Path, name) is { } unpack ? $"the turns are JSON inside a text: {unpack}" : null;
        if (turns.ValueKind != JsonValueKind.Array || turns.GetArrayLength() == 0)
            return null;
        if (turns.EnumerateArray().All(turn => turn.ValueKind == JsonValueKind.String))
            return Conversion.Pair(rows.Path, name) is { } pair ? $"the turns are plain texts, one side after the other: {pair}" : null;
        if (turns[0].ValueKind != JsonValueKind.Object || rows.Columns.Turns.RoleField is not null)
            return null;
        string[] fields = [.. turns[0].EnumerateObject().Select(JsonText.NameOf).OfType<string>()];
        if (fields.Contains("role") || fields.Contains("from") || fields.Length == 0)
            return null;
        return $"the turns have {string.Join(", ", fields.Take(8).Select(Quoted.Short))}; say which is the speaker and which the text with --columns {Prefix(rows.Columns)}role_tag=FIELD,content_tag=FIELD";
    }

    private static bool IsJson(JsonElement text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text.GetString()!);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Speakers(TurnNames names, JsonElement turns)
    {
        if (turns.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (JsonElement turn in turns.EnumerateArray().Where(turn => turn.ValueKind == JsonValueKind.Object))
        {
            string[] fields = names.RoleField is { } named ? [named] : ["role", "from"];
            foreach (string field in fields)
                if (JsonText.TryGet(turn, field, out JsonElement speaker) && speaker.ValueKind == JsonValueKind.String && !speaker.GetRawText().Contains('\\'))
                    yield return speaker.GetString()!;
        }
    }

    private static string Roles(ColumnMap columns, List<string> unknown)
    {
        // What is named already has to be named again, and a speaker's further names stand behind those it has.
        var settings = columns.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach ((string tag, string[] usual) in new[] { ("user_tag", Users), ("assistant_tag", Assistants), ("system_tag", ["system"]) })
        {
            string mine = string.Join('|', unknown.Where(speaker => usual.Contains(speaker.ToLowerInvariant())));
            if (mine.Length == 0)
                continue;
            int given = settings.FindIndex(setting => setting.StartsWith(tag + "=", StringComparison.Ordinal));
            if (given < 0)
                settings.Add($"{tag}={mine}");
            else
                settings[given] += "|" + mine;
        }
        string[] others = [.. unknown.Where(speaker => !Users.Concat(Assistants).Append("system").Contains(speaker.ToLowerInvariant()))];
        return others.Length == 0
            ? $"try --columns {Shell.Word(string.Join(',', settings))}"
            : $"say with user_tag=NAME,assistant_tag=NAME in --columns (several names of one with | between them) who speaks as {string.Join(", ", others.Take(8).Select(Quoted.Short))}";
    }

    private static string Prefix(ColumnMap columns) => columns.ToString() is { Length: > 0 } given ? given + "," : "";
}
