namespace Miwv.Engine;

/// <summary>The progress of a run within a run: its stages carry the name of its model's part in front.</summary>
internal sealed class NamedProgress : IProgress<StageProgress>
{
    private readonly string name;
    private readonly IProgress<StageProgress> progress;

    private NamedProgress(string name, IProgress<StageProgress> progress) => (this.name, this.progress) = (name, progress);

    public static NamedProgress? Of(string name, IProgress<StageProgress>? progress) => progress is null ? null : new NamedProgress(name, progress);

    public void Report(StageProgress value) => progress.Report(value with { Stage = $"{name} {value.Stage}" });
}
