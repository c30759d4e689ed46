namespace Miwv.Perf.Suite.Comparing;

/// <summary>Order statistics.</summary>
internal static class Quartiles
{
    /// <summary>The value at a share of the way through the sorted values, interpolated between two (R's type 7).</summary>
    /// <exception cref="ArgumentException">No values.</exception>
    public static double Quantile(IReadOnlyCollection<double> values, double share)
    {
        if (values.Count == 0) throw new ArgumentException("no values");
        double[] sorted = [.. values.Order()];
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
