namespace Miwv.Metrics.Selection;

/// <summary>Rows by value.</summary>
public static class Ranking
{
    /// <summary>Row numbers from the highest value to the lowest, equal values in row order; rows without a value are left out.</summary>
    /// <param name="values">One a row, NaN = none.</param>
    public static int[] Descending(ReadOnlySpan<double> values)
    {
        var sorted = new List<(double Key, int Row)>(values.Length);
        for (int i = 0; i < values.Length; i++)
            if (!double.IsNaN(values[i])) sorted.Add((-values[i], i));
        sorted.Sort();
        var order = new int[sorted.Count];
        for (int i = 0; i < order.Length; i++) order[i] = sorted[i].Row;
        return order;
    }
}
