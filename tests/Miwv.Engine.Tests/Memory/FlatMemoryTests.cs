using System.Globalization;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Memory;

/// <summary>Measures the process, so nothing else runs beside it.</summary>
[Collection(nameof(FlatMemoryTests))]
[CollectionDefinition(nameof(FlatMemoryTests), DisableParallelization = true)]
public sealed class FlatMemoryTests : IDisposable
{
    private const int Samples = 60, MostNativeGrowth = 8 << 20, MostManagedGrowth = 1 << 20;
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// Waves, gather and journal from the first quarter of the steps to the last. MIWV_MEMORY_ROWS (default 200, about 4 steps a row)
    /// makes the run longer, MIWV_MEMORY_PLOT keeps the curve.
    /// </summary>
    [Fact]
    public void ALongRunTakesNoMoreMemoryThanAShortOne()
    {
        if (!OperatingSystem.IsLinux()) return; // /proc
        int rows = Environment.GetEnvironmentVariable("MIWV_MEMORY_ROWS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 200;
        var random = new Random(8);
        string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => $"{(char)('a' + random.Next(26))}{random.Next(100)}"));
        string data = folder.Rows("rows.json", Enumerable.Range(0, rows).Select(i => new { instruction = $"{i} {Words(random.Next(2, 8))}", output = Words(random.Next(2, 10)) }));
        var settings = new RunSettings { DataPath = data, ModelPath = folder.Model("tiny-llama"), Template = "plain", Threads = 2, WaveTokens = 32 };
        var points = new List<MemoryPoint>();
        int steps = 0, every = 1;
        var progress = new Listener(stage =>
        {
            if (stage == "score" && steps++ % every == 0) points.Add(MemoryPoint.Now(steps));
        });
        using (MiwvRun run = MiwvRun.Open(settings, folder["run"], resume: false, progress, folder.Warnings.Add, default))
        {
            every = Math.Max(1, run.Plan().Count / Samples);
            run.Score();
        }
        Assert.True(steps > 2 * rows && points.Count >= Samples, $"{steps} steps, {points.Count} points");
        if (Environment.GetEnvironmentVariable("MIWV_MEMORY_PLOT") is { Length: > 0 } plot) MemoryPlot.Write(plot, $"Memory over a run of {steps:N0} waves (tiny model, waves of 32 tokens, 2 contexts)", points);
        // the middle of a stretch, for single readings jump with what the allocators keep
        long Native(Range part) => Median(points.Take(part).Select(p => p.Native));
        long Managed(Range part) => Median(points.Take(part).Select(p => p.Managed));
        Range early = (Samples / 4)..(Samples / 2), late = (points.Count - Samples / 4)..points.Count;
        Assert.InRange(Native(late) - Native(early), long.MinValue, MostNativeGrowth);
        Assert.InRange(Managed(late) - Managed(early), long.MinValue, MostManagedGrowth);
    }

    private static long Median(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed class Listener(Action<string> onStage) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => onStage(value.Stage);
    }
}
