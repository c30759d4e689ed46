using System.Diagnostics;
using System.Globalization;

namespace Miwv.Perf.Scale;

/// <summary>Wall time, processor time and peak anonymous memory (resident pages that are no file's) of each stage.</summary>
internal sealed class StageMeter : IDisposable
{
    private readonly Process process = Process.GetCurrentProcess();
    private readonly Timer timer;
    private readonly List<Stage> stages = [];
    private string? name;
    private long began, peak;
    private TimeSpan cpu;

    public StageMeter() => timer = new Timer(_ => Sample(), null, 10, 10);

    /// <summary>MB are 10^6 bytes.</summary>
    public sealed record Stage(string Name, double Seconds, double CpuSeconds, double PeakMb, double EndMb);

    public IReadOnlyList<Stage> Stages => stages;
    public string? Current => name;

    /// <summary>Ends the stage before and begins another.</summary>
    public void Begin(string next)
    {
        End();
        name = next;
        began = Stopwatch.GetTimestamp();
        process.Refresh();
        cpu = process.TotalProcessorTime;
        Interlocked.Exchange(ref peak, AnonymousBytes());
    }

    public void End()
    {
        if (name is null) return;
        Sample();
        process.Refresh();
        var stage = new Stage(name, Stopwatch.GetElapsedTime(began).TotalSeconds, (process.TotalProcessorTime - cpu).TotalSeconds, Interlocked.Read(ref peak) / 1e6, AnonymousBytes() / 1e6);
        int known = stages.FindIndex(s => s.Name == name);
        if (known < 0) stages.Add(stage);
        else
        {
            var before = stages[known];
            stages[known] = new Stage(name, before.Seconds + stage.Seconds, before.CpuSeconds + stage.CpuSeconds, Math.Max(before.PeakMb, stage.PeakMb), stage.EndMb);
        }
        name = null;
    }

    public static long AnonymousBytes()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        throw new PlatformNotSupportedException("/proc/self/status has no RssAnon");
    }

    public void Dispose()
    {
        timer.Dispose();
        process.Dispose();
    }

    private void Sample()
    {
        long now = AnonymousBytes(), seen;
        while ((seen = Interlocked.Read(ref peak)) < now && Interlocked.CompareExchange(ref peak, now, seen) != seen)
        {
        }
    }
}
