using System.Diagnostics;

namespace Miwv.Engine.Resources;

/// <summary>Measures this process between two looks.</summary>
public sealed class ResourceMeter
{
    private TimeSpan cpu = Environment.CpuUsage.TotalTime;
    private long at = Stopwatch.GetTimestamp();

    /// <summary>The use since the last call, or since the meter was made.</summary>
    public ResourceUse Measure()
    {
        var (now, time) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        double seconds = Stopwatch.GetElapsedTime(at, now).TotalSeconds, share = seconds > 0 ? (time - cpu).TotalSeconds / seconds : 0;
        (cpu, at) = (time, now);
        return new ResourceUse(share, Environment.WorkingSet, Nvml.Machine?.Busiest());
    }
}
