using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>What a running command speaks through.</summary>
internal sealed record CommandContext(Messages Messages, ProgressLine? Progress, string? LlamaDirectory, bool NoColor, Action Stop, CancellationToken Cancel)
{
    /// <summary>Opens the run that the options describe.</summary>
    /// <param name="listener">Hears of the progress instead of the progress line.</param>
    public MiwvRun OpenRun(RunSettings settings, string? directory, bool resume, IProgress<StageProgress>? listener = null)
    {
        LlamaLibrary.Load(LlamaDirectory);
        var run = MiwvRun.Open(settings, directory, resume, listener ?? Progress, Messages.Warn, Cancel);
        Messages.Info(run.Resumed ? $"run: {run.Directory.Path} (found, going on with it)" : $"run: {run.Directory.Path}");
        return run;
    }
}
