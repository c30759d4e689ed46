using System.Text.Json;
using System.Text.Json.Serialization;
using Miwv.Perf.Suite.Comparing;

namespace Miwv.Perf.Suite;

/// <summary>The suite's result for people.</summary>
internal static class Table
{
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static void Write(IReadOnlyList<Judged> lines, string machine, Result? baseline, TimeSpan time, TextWriter to)
    {
        to.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd}, {machine}, {time.TotalSeconds:F0} s. Cost = processor time of ours over that of the reference, measured in turn; lower is better.");
        to.WriteLine();
        to.WriteLine("| benchmark | against | cost (rounds) | reference / ours | baseline | change | counts beyond | bytes an operation | |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var line in lines)
        {
            var m = line.Measured;
            string cost = m?.Ratio is { } ratio ? $"{ratio:F3} ({m.Low:F3}-{m.High:F3}) | {1 / ratio:F2}" : "- | -";
            string bytes = m?.Bytes is { } count ? $"{count:N0} of {m.MostBytes:N0}" : "";
            to.WriteLine($"| {line.Name} | {m?.Against} | {cost} | {line.Baseline:F3} | {line.Change:+0.0 %;-0.0 %} | {line.Threshold:P0} | {bytes} | {Words(line)} |");
        }
        to.WriteLine();
        foreach (var line in lines.Where(line => line.Fails))
            to.WriteLine(line.Verdict switch
            {
                Verdict.Slower => $"REGRESSION {line.Name}: {line.Measured!.Ratio:F3} times {line.Measured.Against}, was {line.Baseline:F3} ({line.Change:+0.0 %}, counts beyond {line.Threshold:P0})",
                Verdict.Allocates => $"REGRESSION {line.Name}: allocates {line.Measured!.Bytes:N0} bytes an operation, may allocate {line.Measured.MostBytes:N0}",
                _ => $"MISSING {line.Name}: the baseline has it, this run does not; scripts/perf --update if that is meant",
            });
        if (baseline is null) to.WriteLine("There is no baseline yet: scripts/perf --update writes one.");
        else if (lines.Any(line => line.Verdict == Verdict.NotJudged)) to.WriteLine($"The baseline is of another machine ({baseline.Machine}): ratios are shown, not judged; allocations are.");
        else if (!lines.Any(line => line.Fails)) to.WriteLine("Nothing became slower.");
    }

    private static string Words(Judged line) => line.Verdict switch
    {
        Verdict.Same => "",
        Verdict.Slower => "**slower**",
        Verdict.Faster => "faster",
        Verdict.New => "new",
        Verdict.Missing => "**missing**",
        Verdict.NotMeasured => "not measured: " + line.Measured?.Note,
        Verdict.NotJudged => "not judged",
        _ => "**allocates**",
    };
}
