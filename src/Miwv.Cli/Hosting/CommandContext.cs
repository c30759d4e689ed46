using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Llama;

namespace Miwv.Cli.Hosting;

/// <summary>What a running command speaks through.</summary>
internal sealed record CommandContext(Messages Messages, ProgressLine? Progress, string? LlamaDirectory, string? ConfigPath, bool NoColor, Action Stop, CancellationToken Cancel)
{
    /// <summary>Opens the run that the options describe.</summary>
    /// <param name="listener">Hears of the progress instead of the progress line.</param>
    public MiwvRun OpenRun(RunSettings settings, string? directory, bool resume, IProgress<StageProgress>? listener = null)
    {
        // the first line of a run: reading and hashing what it names may take a while
        var size = new FileInfo(settings.DataPath);
        Messages.Info($"data: {settings.DataPath}{(size.Exists ? $" ({ProgressLine.Size(size.Length)})" : "")}");
        LlamaLibrary.Load(LlamaDirectory);
        if (CudaAdvice() is { } advice) Messages.Warn(advice + "; computing on the CPU (miwv doctor says more)");
        var run = MiwvRun.Open(settings, directory, resume, listener ?? Progress, Messages.Warn, Cancel);
        Messages.Info(run.Resumed ? $"run: {run.Directory.Path} (found, going on with it)" : $"run: {run.Directory.Path}");
        if (run.Changes.Count > 0) Messages.Info($"run: nothing was scored there yet, so this may change: {string.Join("; ", run.Changes)}");
        run.NeighborSearched = found => Messages.Info(NeighborText.Line(found));
        return run;
    }

    // A card that is not used is worth a line.
    private static string? CudaAdvice()
    {
        var cuda = CudaRuntime.Found;
        if (cuda.Cards == 0 || LlamaLibrary.Devices().Any(d => d.IsGpu)) return null;
        return cuda.Complaint ?? $"there is an NVIDIA card, but the libllama in {LlamaLibrary.Directory} cannot use it: run scripts/build --cuda";
    }
}
