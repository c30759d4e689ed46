using Miwv.Engine;

namespace Miwv.Cli.Screen;

/// <summary>The shell line that goes on with a stopped run.</summary>
internal static class ResumeCommand
{
    /// <param name="folder">Working folder of the run's first process, which its settings' paths are relative to.</param>
    public static string Of(string run, RunSettings settings, string? folder)
    {
        bool elsewhere = folder is not null && folder != Environment.CurrentDirectory;
        string directory = Quoted(elsewhere ? Path.GetFullPath(run) : run);
        string command = settings.From is { } from
            ? $"miwv score --from {Quoted(from)} --metric {Quoted(settings.Metrics)} --seed {settings.Seed} --run {directory}"
            : $"miwv select --config {Quoted(Path.Combine(elsewhere ? Path.GetFullPath(run) : run, "run.json"))} --run {directory} --resume";
        return elsewhere ? $"cd {Quoted(folder!)} && {command}" : command;
    }

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./,=+:@%".Contains(c, StringComparison.Ordinal)) && text.Length > 0
        ? text : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
