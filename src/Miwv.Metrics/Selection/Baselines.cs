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

    /// <summary>The longest first, equal lengths in row order.</summary>
    public static int[] Longest(ReadOnlySpan<int> rows, Func<int, int> length)
    {
        int[] order = rows.ToArray();
        order.AsSpan().Sort(new LongestFirst(length));
        return order;
    }

    private readonly struct LongestFirst(Func<int, int> length) : IComparer<int>
    {
        public int Compare(int one, int other)
        {
            int order = length(other).CompareTo(length(one));
            return order != 0 ? order : one.CompareTo(other);
        }
    }
}
