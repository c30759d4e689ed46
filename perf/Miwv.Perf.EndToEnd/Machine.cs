namespace Miwv.Perf.EndToEnd;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Cpu()
    {
        const string info = "/proc/cpuinfo";
        string? line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return $"{line?.Split(':', 2)[1].Trim() ?? "unknown CPU"} ({Environment.ProcessorCount} cores)";
    }
}
