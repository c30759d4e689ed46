namespace Miwv.Perf.Suite.Comparing;

/// <summary>
/// How large a relative change is noise, from the changes between neighbouring entries of the history: beyond the upper fence
/// Q3 + 3 (Q3 − Q1) of their sizes, as rustc-perf has it. Few entries say nothing, and no history may excuse everything.
/// </summary>
internal static class Noise
{
    public const double Least = 0.12, Most = 0.25, Unknown = 0.15;
    private const int FewestChanges = 4;
    private const double FenceWidth = 3;

    /// <param name="ratios">A benchmark's ratios, oldest first.</param>
    public static double Threshold(IReadOnlyList<double> ratios)
    {
        if (ratios.Count - 1 < FewestChanges) return Unknown;
        double[] changes = [.. Enumerable.Range(1, ratios.Count - 1).Select(i => Math.Abs(ratios[i] / ratios[i - 1] - 1))];
        double low = Quartiles.Quantile(changes, 0.25), high = Quartiles.Quantile(changes, 0.75);
        return Math.Clamp(high + FenceWidth * (high - low), Least, Most);
    }
}
