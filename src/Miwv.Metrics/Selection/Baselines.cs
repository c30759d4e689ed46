namespace Miwv.Metrics.Selection;

/// <summary>Selections that cost nothing; most published methods do not beat them at scale.</summary>
public static class Baselines
{
    /// <summary>All rows in an order drawn by the seed.</summary>
    public static int[] Random(ReadOnlySpan<int> rows, int seed)
    {
        int[] order = rows.ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }

    /// <summary>The longest first, equal lengths in the order given.</summary>
    public static int[] Longest(ReadOnlySpan<int> rows, Func<int, int> length)
    {
        var keys = new long[rows.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = ((long)(int.MaxValue - length(rows[i])) << 32) | (uint)i;
        Array.Sort(keys);
        var longest = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++) longest[i] = rows[(int)keys[i]];
        return longest;
    }
}
