using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Data;

namespace Miwv.Cli.Options;

/// <summary>Where the selection goes and for which trainer.</summary>
internal sealed class OutputOptions
{
    private static readonly (string Name, SelectionFormat Value)[] Formats =
        [("same", SelectionFormat.Same), ("alpaca", SelectionFormat.Alpaca), ("sharegpt", SelectionFormat.ShareGpt), ("messages", SelectionFormat.Messages)];

    private readonly Option<string?> output = new("--output", "-o") { Description = "file for the selection (- = stdout); best row first", HelpName = "FILE" };
    private readonly Option<string> format = new("--format") { Description = "same (the rows byte for byte), alpaca, sharegpt or messages", DefaultValueFactory = _ => "same", HelpName = "same|alpaca|sharegpt|messages" };
    private readonly Option<string?> info = new("--dataset-info") { Description = "put the selection's entry into this dataset_info.json of LLaMA-Factory; other entries stay", HelpName = "FILE" };
    private readonly Option<string?> axolotl = new("--axolotl") { Description = "write the datasets: lines of an axolotl configuration for the selection", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { output, format, info, axolotl }) command.Options.Add(option);
    }

    public string? File(ParseResult parsed) => parsed.GetValue(output);

    /// <summary>Finds out before hours of work what could not be written.</summary>
    /// <exception cref="UsageException">An unknown format, or files for a trainer without a selection.</exception>
    /// <exception cref="UserException">A file that cannot be written or must not be replaced.</exception>
    /// <param name="beginnings">Files of --nested.</param>
    /// <param name="inputs">Files that must not be replaced.</param>
    public void Check(ParseResult parsed, IEnumerable<string> beginnings, InputFiles inputs)
    {
        string? file = File(parsed);
        _ = Format(parsed);
        if (file == "-" && parsed.GetValue<bool>("--json")) throw new UsageException("-o - and --json: both want stdout; give one of the two");
        bool isRead = parsed.GetValue(info) is not null || parsed.GetValue(axolotl) is not null;
        var written = new List<(string Path, string Option)>();
        if (file is not null and not "-") Add(file, "-o", isRead);
        foreach (string beginning in beginnings) Add(beginning, "--nested", isRead);
        foreach (var option in new[] { info, axolotl })
        {
            if (parsed.GetValue(option) is not { } beside) continue;
            if (file is null or "-") throw new UsageException($"{option.Name}: name a file for the selection with -o");
            Add(beside, option.Name, true);
        }

        void Add(string path, string option, bool readAgain)
        {
            OutputFile.Check(path, option == info.Name ? inputs.ButEntries : inputs, readAgain);
            if (written.FirstOrDefault(other => WholeFile.Target(other.Path) == WholeFile.Target(path)).Option is { } former)
                throw new UserException($"{path}: is named by {former} and {option}; name two files");
            written.Add((path, option));
        }

        if (parsed.GetValue(info) is { } path) LlamaFactoryEntry.Check(path, file!);
        if (parsed.GetValue(axolotl) is { } snippet) AxolotlSnippet.Check(snippet);
    }

    /// <summary>What to say of a name that promises another container than the input's, which the selection has; null = nothing.</summary>
    public static string? Container(string file, RowContainer container)
    {
        string name = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
        return (Path.GetExtension(name).ToLowerInvariant(), container) switch
        {
            (".jsonl" or ".ndjson", RowContainer.Array) => $"{file}: will be a JSON array like the input, not JSON Lines as its name says",
            (".json", not RowContainer.Array) => $"{file}: will be JSON Lines like the input, not a JSON array as its name says",
            _ => null,
        };
    }

    /// <summary>Writes the selection, its beginnings, and what the trainers need; a null file is not written.</summary>
    public void Write(ParseResult parsed, RowFile rows, IReadOnlyList<(IEnumerable<int> Chosen, string? File)> parts, Action<string> warn, CancellationToken cancel)
    {
        var wanted = Format(parsed);
        foreach (var (chosen, file) in parts)
        {
            if (file is null) continue;
            foreach (string loss in Written(rows, chosen, file, wanted, cancel))
                if (file == parts[0].File) warn(loss);
            if (file == "-" || parsed.GetValue(info) is null && parsed.GetValue(axolotl) is null) continue;
            var written = WrittenRows.Read(file, wanted, rows);
            if (parsed.GetValue(info) is { } path)
                foreach (string note in LlamaFactoryEntry.Put(path, written)) warn(note);
            if (parsed.GetValue(axolotl) is { } snippet && file == parts[0].File)
                foreach (string note in AxolotlSnippet.Write(snippet, written)) warn(note);
        }
    }

    private static IReadOnlyList<string> Written(RowFile rows, IEnumerable<int> chosen, string file, SelectionFormat format, CancellationToken cancel)
    {
        if (file != "-") return SelectionWriter.Write(rows, chosen, file, format, cancel);
        using var stdout = Console.OpenStandardOutput();
        return SelectionWriter.Write(rows, chosen, stdout, format);
    }

    private SelectionFormat Format(ParseResult parsed)
    {
        string given = parsed.GetValue(format)!;
        foreach (var (name, value) in Formats)
            if (name == given) return value;
        throw new UsageException($"{format.Name} {given}: must be {string.Join(", ", Formats.Select(f => f.Name))}");
    }
}
