namespace Miwv.Metrics.Comparison;

/// <summary>How two columns of values agree, and how well one finds marked rows. Rows with NaN in a column count nowhere.</summary>
public static class RankStatistics
{
    /// <summary>Spearman's rank correlation over the rows that have both values, ties at their mean rank; NaN below 2 rows or for a constant column.</summary>
    public static double Spearman(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (x, y) = Both(a, b);
        double[] rankX = Ranks(x), rankY = Ranks(y);
        double mean = (x.Length - 1) / 2.0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double dx = rankX[i] - mean, dy = rankY[i] - mean;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }

    /// <summary>Ranks from 0, equal values at the mean of their places.</summary>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        var ranks = new double[order.Length];
        for (int from = 0; from < order.Length;)
        {
            int to = from + 1;
            while (to < order.Length && sorted[to] == sorted[from]) to++;
            for (int i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2.0;
            from = to;
        }
        return ranks;
    }

    /// <summary>Probability that a marked row has a higher value than an unmarked one, ties half (area under the ROC curve); NaN if one kind is missing.</summary>
    public static double AreaUnderRoc(ReadOnlySpan<double> values, ReadOnlySpan<bool> marked)
    {
        var (x, isMarked) = Known(values, marked);
        double[] ranks = Ranks(x);
        long positives = isMarked.LongCount(m => m), negatives = x.Length - positives;
        if (positives == 0 || negatives == 0) return double.NaN;
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            if (isMarked[i]) sum += ranks[i] + 1;
        return (sum - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }

    /// <summary>Average precision of taking rows from the highest value down (area under the precision-recall curve); rows with equal values are taken together.</summary>
    public static double AveragePrecision(ReadOnlySpan<double> values, ReadOnlySpan<bool> marked)
    {
        var (x, isMarked) = Known(values, marked);
        int[] order = [.. Enumerable.Range(0, x.Length).OrderByDescending(i => x[i])];
        int positives = isMarked.Count(m => m), found = 0;
        if (positives == 0) return double.NaN;
        double area = 0;
        for (int from = 0; from < order.Length;)
        {
            int to = from, more = 0;
            for (; to < order.Length && x[order[to]] == x[order[from]]; to++) more += isMarked[order[to]] ? 1 : 0;
            found += more;
            area += (double)more / positives * found / to;
            from = to;
        }
        return area;
    }

    private static (double[] Values, bool[] Marked) Known(ReadOnlySpan<double> values, ReadOnlySpan<bool> marked)
    {
        var known = new List<double>(values.Length);
        var kept = new List<bool>(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i])) continue;
            known.Add(values[i]);
            kept.Add(marked[i]);
        }
        return ([.. known], [.. kept]);
    }

    private static (double[] X, double[] Y) Both(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var x = new List<double>(a.Length);
        var y = new List<double>(a.Length);
        for (int i = 0; i < a.Length; i++)
        {
            if (double.IsNaN(a[i]) || double.IsNaN(b[i])) continue;
            x.Add(a[i]);
            y.Add(b[i]);
        }
        return ([.. x], [.. y]);
    }
}
