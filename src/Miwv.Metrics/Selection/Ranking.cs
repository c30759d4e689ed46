namespace Miwv.Metrics.Selection;

/// <summary>Rows by value.</summary>
public static class Ranking
{
    /// <summary>Row numbers from the highest value to the lowest, equal values in row order; rows without a value are left out.</summary>
    /// <param name="values">One a row, NaN = none.</param>
    public static int[] Descending(double[] values)
    {
        int[] order = new int[values.Count(value => !double.IsNaN(value))];
        for (int row = 0, place = 0; row < values.Length; row++)
            if (!double.IsNaN(values[row])) order[place++] = row;
        order.AsSpan().Sort(new HighestFirst(values));
        return order;
    }

    // Row numbers alone are moved: a million rows need no second copy of their values.
    private readonly struct HighestFirst(double[] values) : IComparer<int>
    {
        public int Compare(int one, int other)
        {
            int order = values[other].CompareTo(values[one]);
            return order != 0 ? order : one.CompareTo(other);
        }
    }
}
