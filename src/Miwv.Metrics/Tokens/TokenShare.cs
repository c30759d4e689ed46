namespace Miwv.Metrics.Tokens;

/// <summary>A share of a row's tokens by a value of theirs.</summary>
internal static class TokenShare
{
    /// <summary>The <paramref name="percent"/> % lowest values, ascending, rounded down but at least one; none of none.</summary>
    public static ReadOnlySpan<float> Lowest(ReadOnlySpan<float> values, double percent) => Sorted(values)[..Count(values, percent)];

    /// <summary>The <paramref name="percent"/> % highest values, ascending, rounded down but at least one; none of none.</summary>
    public static ReadOnlySpan<float> Highest(ReadOnlySpan<float> values, double percent) => Sorted(values)[^Count(values, percent)..];

    private static int Count(ReadOnlySpan<float> values, double percent) =>
        values.IsEmpty ? 0 : Math.Clamp((int)(values.Length * percent / 100), 1, values.Length);

    private static ReadOnlySpan<float> Sorted(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
