using System.CommandLine.Parsing;
using System.CommandLine;
using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Data;

namespace Miwv.Cli.Options;

/// <summary>
/// --config FILE: settings under the flags' names, from JSON or from YAML lines "name: value"; the command line wins. A run's run.json
/// is such a file; of its settings a command takes those that it has.
/// </summary>
internal static class ConfigFile
{
    private const string Flag = "--config", DataKey = "data";
    private const int MostBytes = 1 << 20;

    /// <summary>The arguments with the file's settings in place of --config.</summary>
    /// <exception cref="UsageException">The file is missing or damaged, or has a key or value that no flag has.</exception>
    public static string[] Expand(string[] args, RootCommand root)
    {
        int at = Array.FindIndex(args, a => a == Flag || a.StartsWith(Flag + "=", StringComparison.Ordinal));
        if (at < 0) return args;
        bool joined = args[at] != Flag;
        if (!joined && at + 1 == args.Length) throw new UsageException("--config: name a file");
        string path = joined ? args[at][(Flag.Length + 1)..] : args[at + 1];
        string[] given = [.. args[..at], .. args[(at + (joined ? 1 : 2))..]];
        var parsed = root.Parse(given);
        var command = parsed.CommandResult.Command;
        if (command is RootCommand) throw new UsageException("--config: name a command first, such as `miwv select --config FILE`");
        var (settings, isRun) = Read(path);
        var added = new List<string>();
        foreach (var (key, value) in settings)
        {
            var option = command.Options.Concat(root.Options).FirstOrDefault(o => o.Name == "--" + key);
            var argument = key == DataKey ? command.Arguments.FirstOrDefault(a => a.Name == DataKey) : null;
            if (option is null && argument is null)
            {
                if (isRun) continue;
                throw new UsageException($"{path}: {command.Name} has no setting \"{key}\"; the names are those of the flags (miwv {command.Name} --help)");
            }
            if (argument is not null)
            {
                if (parsed.GetResult(argument) is not { Tokens.Count: > 0 }) added.Insert(0, value);
                continue;
            }
            if (parsed.GetResult(option!) is OptionResult { Implicit: false } || value.Length == 0) continue;
            if (option!.ValueType != typeof(bool)) added.Add($"{option.Name}={value}");
            else if (value == "true") added.Add(option.Name);
            else if (value != "false") throw new UsageException($"{path}: {key} is {value}; it is true or false");
        }
        return [.. given, .. added];
    }

    // values as a command line has them; an empty one is one that is not set
    private static (List<(string Key, string Value)> Settings, bool IsRun) Read(string path)
    {
        try
        {
            string text = new StreamReader(new MemoryStream(SmallFile.Read(path, MostBytes))).ReadToEnd();
            if (Path.GetExtension(path) is ".yaml" or ".yml") return (Yaml(path, text), false);
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new UsageException($"{path}: is not a JSON object of settings");
            bool isRun = document.RootElement.TryGetProperty("settings", out var settings);
            if (!isRun) settings = document.RootElement;
            return ([.. settings.EnumerateObject().Select(p => (p.Name, Value(path, p)))], isRun);
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
            throw new UsageException($"{path}: cannot be read: {e.Message}");
        }
    }

    private static string Value(string path, JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String => property.Value.GetString()!,
        JsonValueKind.Number => property.Value.GetRawText(),
        _ => throw new UsageException($"{path}: {property.Name} is neither a text, a number nor true or false"),
    };

    private static List<(string, string)> Yaml(string path, string text)
    {
        var settings = new List<(string, string)>();
        int number = 0;
        foreach (string raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#' || line == "---") continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || raw[0] is ' ' or '\t' or '-') throw new UsageException($"{path}:{number}: not a line \"name: value\"");
            string value = line[(colon + 1)..].Trim();
            if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]) value = value[1..^1];
            else if (value.IndexOf(" #", StringComparison.Ordinal) is >= 0 and var comment) value = value[..comment].TrimEnd();
            settings.Add((line[..colon].TrimEnd(), value is "null" or "~" ? "" : value));
        }
        return settings;
    }
}
