using System.Text.RegularExpressions;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Engine.Runs;

namespace Miwv.Cli.Hosting;

/// <summary>The files that a command reads or a run is made of: no result may take the place of one.</summary>
internal sealed partial class InputFiles
{
    private static readonly StringComparison Names = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private readonly List<(string Target, string What)> files = [];
    private readonly string? run;
    private readonly int named;

    /// <param name="run">The run directory, if one is named.</param>
    /// <param name="config">The file of --config.</param>
    /// <param name="argument">The data as it was given: the file may be one that names another.</param>
    public InputFiles(RunSettings settings, string? run, string? config, string? argument = null)
    {
        this.run = run is null ? null : WholeFile.Target(run);
        Add(settings.DataPath, "the input");
        Add(settings.ModelPath, "the model");
        Add(settings.EmbedderPath, "the embedding model");
        Add(settings.VectorsPath, "the file of the vectors");
        Add(settings.DemonstrationsPath, "the file of the demonstrations");
        Add(settings.Cascade?.ModelPath, "the cascade's model");
        foreach (var judge in settings.Judges) Add(judge.ModelPath, "a judge's model");
        if (settings.Template is not ("alpaca" or "plain" or "chatml" or "model")) Add(settings.Template, "the template");
        Add(config, "the file of the settings");
        named = files.Count;
        Add(argument, "the input");
    }

    private InputFiles(InputFiles all)
    {
        (run, named) = (all.run, all.named);
        files = all.files[..named];
    }

    /// <summary>Without the file that names the data: the entry of a selection may go into it.</summary>
    public InputFiles ButEntries => new(this);

    /// <exception cref="UserException">The path leads, maybe through links, to one of the files.</exception>
    public void Refuse(string path)
    {
        string target = WholeFile.Target(path);
        foreach (var (file, what) in files)
            if (string.Equals(Whole(file), Whole(target), Names)) throw new UserException($"{path}: is {what} itself; name another file");
        string folder = Path.GetDirectoryName(target)!;
        if (RunDirectory.Owns(Path.GetFileName(target)) && (string.Equals(folder, run, Names) || IsRun(folder)))
            throw new UserException($"{path}: is a file of the run in {folder}; name another file");
    }

    // a selection may be called run.json; a run has more than that
    private static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, "run.json")) && Directory.EnumerateFiles(folder).Count(file => RunDirectory.Owns(Path.GetFileName(file))) > 1;

    private void Add(string? path, string what)
    {
        if (!string.IsNullOrEmpty(path)) files.Add((WholeFile.Target(path), what));
    }

    // of a model in parts every part is the model
    private static string Whole(string path) => Part().Replace(path, "-of-$1.gguf");

    [GeneratedRegex(@"-\d{5}-of-(\d{5})\.gguf$")]
    private static partial Regex Part();
}
