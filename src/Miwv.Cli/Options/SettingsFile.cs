using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Data;

namespace Miwv.Cli.Options;

/// <summary>One setting of a file: the name of a flag and its values as a command line has them; none = it is not set.</summary>
internal readonly record struct Setting(string Key, string[] Values);

/// <summary>Reads files of settings: JSON, or YAML of lines "name: value" and "name: [a, b]".</summary>
internal static class SettingsFile
{
    private const int MostBytes = 1 << 20;

    /// <returns>The settings in order, and true if the file is a run's run.json.</returns>
    /// <exception cref="UsageException">It cannot be read, or is not of that form.</exception>
    public static (List<Setting> Settings, bool IsRun) Read(string path)
    {
        try
        {
            byte[] bytes = SmallFile.Read(path, MostBytes);
            var (settings, isRun) = Path.GetExtension(path) is ".yaml" or ".yml" ? (Yaml(path, new StreamReader(new MemoryStream(bytes)).ReadToEnd()), false) : Json(path, bytes);
            if (settings.GroupBy(s => s.Key).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new UsageException($"{path}: {twice.Key} is there twice");
            return (settings, isRun);
        }
        catch (UserException e)
        {
            throw new UsageException(e.Message);
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path}:{e.LineNumber + 1}: not JSON (a file of YAML lines ends in .yaml)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: cannot be read: {IoReason.Of(e, path)}");
        }
    }

    private static (List<Setting>, bool) Json(string path, byte[] bytes)
    {
        using var document = SmallJson.Parse(bytes, JsonCommentHandling.Skip, trailingCommas: true);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new UsageException($"{path}: is not a JSON object of settings");
        bool isRun = document.RootElement.TryGetProperty("settings", out var settings);
        if (!isRun) settings = document.RootElement;
        if (settings.ValueKind != JsonValueKind.Object) throw new UsageException($"{path}: settings is not a JSON object");
        return ([.. settings.EnumerateObject().Select(p => new Setting(p.Name, Values(path, p)))], isRun);
    }

    private static string[] Values(string path, JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array when property.Value.EnumerateArray().All(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number) => [.. property.Value.EnumerateArray().Select(Text)],
        JsonValueKind.Array or JsonValueKind.Object => throw new UsageException($"{path}: {property.Name} is neither a text, a number, true or false nor a list of texts"),
        _ => Text(property.Value) is { Length: > 0 } value ? [value] : [],
    };

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static List<Setting> Yaml(string path, string text)
    {
        var settings = new List<Setting>();
        int number = 0;
        foreach (string raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#' || line == "---") continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || raw[0] is ' ' or '\t' or '-') throw new UsageException($"{path}:{number}: not a line \"name: value\"");
            string value = line[(colon + 1)..].Trim();
            string[] values = value is ['[', ..] ? [.. Items(value, $"{path}:{number}")] : [Scalar(value)];
            settings.Add(new Setting(line[..colon].TrimEnd(), values is [""] or ["null"] or ["~"] ? [] : values));
        }
        return settings;
    }

    private static IEnumerable<string> Items(string list, string where)
    {
        int end = list.IndexOf(']', StringComparison.Ordinal);
        if (end < 0 || list[(end + 1)..].Trim() is { Length: > 0 } rest && rest[0] != '#') throw new UsageException($"{where}: not a list \"[a, b]\"");
        return list[1..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Scalar);
    }

    private static string Scalar(string value)
    {
        if (value is ['#', ..]) return "";
        if (value.Length >= 2 && value[0] is '"' or '\'')
        {
            int end = value.IndexOf(value[0], 1);
            if (end > 0 && value[(end + 1)..].TrimStart() is ['#', ..]) return value[1..end];
            if (value[^1] == value[0]) return value[1..^1];
        }
        return value.IndexOf(" #", StringComparison.Ordinal) is >= 0 and var comment ? value[..comment].TrimEnd() : value;
    }
}
