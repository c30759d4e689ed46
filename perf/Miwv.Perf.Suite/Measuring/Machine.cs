namespace Miwv.Perf.Suite.Measuring;

/// <summary>What the figures were measured on; ratios are only comparable on the same.</summary>
internal static class Machine
{
    public static string Name
    {
        get
        {
            const string info = "/proc/cpuinfo";
            string? line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
            return $"{line?.Split(':', 2)[1].Trim() ?? "unknown CPU"} ({Environment.ProcessorCount} cores)";
        }
    }
}
