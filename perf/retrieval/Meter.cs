using System.Diagnostics;
using System.Globalization;

namespace Miwv.Perf.Retrieval;

/// <summary>Wall time, processor time and memory of a piece of work.</summary>
internal sealed record Meter(double Seconds, double CpuSeconds, double PeakAnonymousMb)
{
    /// <summary>Runs it once. Memory is the highest anonymous resident size seen (mapped files do not count), less what was there before.</summary>
    internal static (T Result, Meter Cost) Measure<T>(Func<T> work)
    {
        GC.Collect();
        double before = AnonymousMb(), peak = before;
        using var process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        using var timer = new Timer(_ => peak = Math.Max(peak, AnonymousMb()), null, 50, 50);
        T result = work();
        double seconds = watch.Elapsed.TotalSeconds;
        process.Refresh();
        peak = Math.Max(peak, AnonymousMb());
        return (result, new Meter(seconds, (process.TotalProcessorTime - cpu).TotalSeconds, peak - before));
    }

    /// <summary>Resident memory that is no file, in MB (Linux; elsewhere the whole working set).</summary>
    internal static double AnonymousMb()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.WorkingSet / 1e6;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    public override string ToString() => $"{Seconds,9:F2} s {CpuSeconds,9:F2} cpu-s {PeakAnonymousMb,8:F0} MB";
}
