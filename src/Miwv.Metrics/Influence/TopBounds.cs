namespace Miwv.Metrics.Influence;

/// <summary>Which rows are no longer among the best k, whatever is still to come.</summary>
public static class TopBounds
{
    /// <param name="lower">The least value each row can end with; NaN = the row is not ranked.</param>
    /// <param name="upper">The greatest one.</param>
    /// <returns>True for rows that k others are certain to come before; equal values go by row order, as in every ranking.</returns>
    public static bool[] Out(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, int k)
    {
        var beaten = new bool[lower.Length];
        var ranked = new List<(double Value, int Row)>();
        for (int row = 0; row < lower.Length; row++)
            if (!double.IsNaN(lower[row])) ranked.Add((lower[row], row));
        if (ranked.Count <= k) return beaten;
        ranked.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.Row.CompareTo(b.Row));
        // a row of the first k can never lie behind it, so that the k before a beaten row are others
        var (value, last) = ranked[k - 1];
        foreach (var (_, row) in ranked) beaten[row] = upper[row] < value || (upper[row] == value && row > last);
        return beaten;
    }
}
