using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Data;

namespace Miwv.Cli.Options;

/// <summary>
/// --config FILE: settings under the flags' names, from JSON or from YAML lines "name: value"; the command line wins. A run's run.json
/// is such a file; of its settings a command takes those that it has.
/// </summary>
internal static class ConfigFile
{
    private const string Flag = "--config", FromKey = "from";

    // of a run over the passes of another only these are its own, the rest is the other's
    private static readonly string[] OwnBesideFrom = [FromKey, "metric", "seed", "threads", .. SelectionOptions.Names];

    /// <summary>The file that the arguments name; null if they name none.</summary>
    public static string? In(string[] args)
    {
        int at = Array.FindIndex(args, a => a == Flag || a.StartsWith(Flag + "=", StringComparison.Ordinal));
        return at < 0 ? null : args[at] != Flag ? args[at][(Flag.Length + 1)..] : args.ElementAtOrDefault(at + 1);
    }

    /// <summary>The arguments with the file's settings in place of --config.</summary>
    /// <exception cref="UsageException">The file is missing or damaged, or has a key or value that no flag has.</exception>
    public static string[] Expand(string[] args, RootCommand root)
    {
        int at = Array.FindIndex(args, a => a == Flag || a.StartsWith(Flag + "=", StringComparison.Ordinal));
        if (at < 0) return args;
        bool joined = args[at] != Flag;
        if (!joined && at + 1 == args.Length) throw new UsageException("--config: name a file");
        string path = joined ? args[at][(Flag.Length + 1)..] : args[at + 1];
        if (path.Length == 0) throw new UsageException("--config: name a file");
        string[] given = [.. args[..at], .. args[(at + (joined ? 1 : 2))..]];
        if (given.Any(a => a == Flag || a.StartsWith(Flag + "=", StringComparison.Ordinal))) throw new UsageException("--config: is there twice; put all settings into one file");
        var parsed = root.Parse(given);
        var command = parsed.CommandResult.Command;
        if (command is RootCommand) throw new UsageException("--config: name a command first, such as `miwv select --config FILE`");
        var (settings, isRun) = SettingsFile.Read(path);
        Option[] options = [.. command.Options.Concat(root.Options)];
        if (isRun && options.Any(o => o.Name == "--" + FromKey) && settings.Exists(s => s is { Key: FromKey, Values.Length: > 0 }))
            settings.RemoveAll(s => !OwnBesideFrom.Contains(s.Key));
        var added = new List<string>();
        var arguments = new Dictionary<Argument, string[]>();
        foreach (var (key, values) in settings)
        {
            var option = Array.Find(options, o => o.Name.TrimStart('-') == key);
            if (option is null && command.Arguments.FirstOrDefault(a => a.Name == key) is { } argument)
            {
                if (parsed.GetResult(argument) is not { Tokens.Count: > 0 }) arguments[argument] = values;
            }
            else if (option is null && !isRun)
                throw new UsageException($"{path}: {command.Name} has no setting \"{key}\"{Spelling.Hint(key, Names(command, options))}; the names are those of the flags (miwv {command.Name} --help)");
            else if (option is not null && parsed.GetResult(option) is not OptionResult { Implicit: false })
                added.AddRange(Arguments(path, key, option, values));
        }
        return [.. given, .. command.Arguments.SelectMany(argument => arguments.GetValueOrDefault(argument) ?? []), .. added];
    }

    private static IEnumerable<string> Names(Command command, Option[] options) =>
        options.Select(o => o.Name.TrimStart('-')).Concat(command.Arguments.Select(a => a.Name));

    private static IEnumerable<string> Arguments(string path, string key, Option option, string[] values)
    {
        // a list, as the command line has it
        if (values.Length > 1 && option.HelpName?.EndsWith(",...", StringComparison.Ordinal) == true) values = [string.Join(',', values)];
        if (values.Length > 1 && option.Arity.MaximumNumberOfValues < 2) throw new UsageException($"{path}: {key} has {values.Length} values; it takes one");
        foreach (string value in values)
        {
            string? kind = CommandLineError.Kind(option.ValueType);
            bool isOne = kind switch
            {
                null => true,
                "true or false" => value is "true" or "false",
                "a number" => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
                _ => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            };
            if (!isOne) throw new UsageException($"{path}: {key} is {value}; it has to be {kind}");
            if (option.ValueType != typeof(bool)) yield return $"{option.Name}={value}";
            else if (value == "true") yield return option.Name;
        }
    }
}
