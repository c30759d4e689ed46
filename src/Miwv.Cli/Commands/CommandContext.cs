using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>What a running command speaks through.</summary>
internal sealed record CommandContext(Messages Messages, ProgressLine? Progress, string? LlamaDirectory, CancellationToken Cancel)
{
    /// <summary>Opens the run that the options describe.</summary>
    public MiwvRun OpenRun(RunSettings settings, string? directory, bool resume)
    {
        LlamaLibrary.Load(LlamaDirectory);
        var run = MiwvRun.Open(settings, directory, resume, Progress, Messages.Warn, Cancel);
        Messages.Info(run.Resumed ? $"run: {run.Directory.Path} (found, going on with it)" : $"run: {run.Directory.Path}");
        run.NeighborSearched = found => Messages.Info(NeighborText.Line(found));
        return run;
    }
}
