using System.Globalization;

namespace Miwv.Engine.Tests.Memory;

/// <summary>Bytes of this process after so many steps: objects that are alive, private memory in all, and what of it is not the collector's.</summary>
internal sealed record MemoryPoint(int Step, long Managed, long Private, long Native)
{
    public static MemoryPoint Now(int step)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long own = Field("RssAnon:"), collector = GC.GetGCMemoryInfo().TotalCommittedBytes;
        return new MemoryPoint(step, GC.GetTotalMemory(forceFullCollection: false), own, own - collector);
    }

    // "RssAnon:     12345 kB"
    private static long Field(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) << 10;
}
