namespace Miwv.Perf.Scale;

/// <summary>Runs side by side as a Markdown table: processor seconds and peak memory of each stage.</summary>
internal static class ScaleTable
{
    public static void Write(IReadOnlyList<ScaleRun> runs, TextWriter to)
    {
        to.WriteLine($"| rows | {string.Join(" | ", runs.Select(run => $"{run.Rows:N0} | "))} |");
        to.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|---:|", runs.Count))}");
        to.WriteLine($"| passes, waves | {string.Join(" | ", runs.Select(run => $"{run.Passes:N0} | {run.Waves:N0}"))} |");
        to.WriteLine($"| tokens | {string.Join(" | ", runs.Select(run => $"{run.Tokens:N0} | "))} |");
        to.WriteLine($"| stage | {string.Join(" | ", runs.Select(_ => "CPU s | peak MB"))} |");
        foreach (string stage in runs.SelectMany(run => run.Stages).Select(stage => stage.Name).Distinct())
            to.WriteLine($"| {stage} | {string.Join(" | ", runs.Select(run => run.Stages.FirstOrDefault(s => s.Name == stage) is { } s ? $"{s.CpuSeconds:F2} | {s.PeakMb:F0}" : "- | -"))} |");
        to.WriteLine($"| all | {string.Join(" | ", runs.Select(run => $"{run.CpuSeconds:F1} | {run.PeakMb:F0}"))} |");
        to.WriteLine($"| microseconds a row | {string.Join(" | ", runs.Select(run => $"{run.CpuSeconds / run.Rows * 1e6:F1} | "))} |");
        to.WriteLine($"neighbours: {string.Join(", ", runs.Select(run => run.Neighbors))}; memory is anonymous (no mapped file), the runtime included, the vocabulary's {runs.Max(run => run.ModelMb):F0} MB taken off in the last line");
    }
}
