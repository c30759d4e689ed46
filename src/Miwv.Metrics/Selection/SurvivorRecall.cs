namespace Miwv.Metrics.Selection;

/// <summary>
/// What share of the best K rows survived a first stage, from the ranks of all survivors and of a random sample of the rejected. At least j of
/// the best are rejected rows exactly if at least j rejected rows rank above survivor K − j + 1. That survivor is known, so each j is a
/// question about one count among the rejected, on which the sample has a hypergeometric distribution: the interval is
/// that of the j that no exact one-sided test at half of 5 % rejects, whatever the scores are.
/// </summary>
public static class SurvivorRecall
{
    private const double HalfOfRisk = 0.025;

    /// <param name="survivors">Value and row of each survivor that may be chosen, in any order; equal values rank by row.</param>
    /// <param name="audited">The same of the sampled rejected rows that might have been chosen.</param>
    /// <param name="drawn">Rejected rows sampled, whether they might have been chosen or not.</param>
    /// <param name="rejected">Rejected rows in all.</param>
    /// <param name="wanted">K.</param>
    public static RecallEstimate Estimate(IReadOnlyList<(double Value, int Row)> survivors, IReadOnlyList<(double Value, int Row)> audited, int drawn, int rejected, int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(drawn, 1);
        var best = Sorted(survivors);
        var sample = Sorted(audited);
        // places[j] = sampled rows above survivor K − j + 1, all of them where there is no such survivor
        int most = Math.Min(wanted, rejected);
        var above = new int[most + 2];
        for (int j = 1; j <= most; j++) above[j] = wanted - j < best.Length ? Above(sample, best[wanted - j]) : sample.Length;
        above[most + 1] = sample.Length;

        var distribution = new Hypergeometric(rejected, drawn);
        int estimate = 0, high = 0, low = 0;
        for (int j = 1; j <= most; j++)
            if ((long)above[j] * rejected >= (long)j * drawn) estimate = j;
        for (int j = most; j > 0 && high == 0; j--)
            if (distribution.AtMost(above[j], j) >= HalfOfRisk) high = j;
        while (low < most && distribution.AtLeast(above[low + 1], low) < HalfOfRisk) low++;
        return new RecallEstimate(wanted, Recall(estimate), Recall(Math.Max(high, estimate)), Recall(Math.Min(low, estimate)), drawn, MissedOf(sample, best, wanted));

        double Recall(int missed)
        {
            int survived = Math.Min(best.Length, wanted - missed);
            return survived + missed == 0 ? double.NaN : (double)survived / (survived + missed);
        }
    }

    // Best first.
    private static (double Value, int Row)[] Sorted(IReadOnlyList<(double Value, int Row)> rows) => [.. rows.OrderByDescending(r => r.Value).ThenBy(r => r.Row)];

    private static int Above((double Value, int Row)[] sample, (double Value, int Row) survivor)
    {
        int low = 0, high = sample.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sample[middle].Value > survivor.Value || (sample[middle].Value == survivor.Value && sample[middle].Row < survivor.Row)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // sampled rows among the best K of survivors and sample
    private static int MissedOf((double Value, int Row)[] sample, (double Value, int Row)[] best, int wanted)
    {
        int missed = 0;
        while (missed < Math.Min(sample.Length, wanted) && (wanted - missed - 1 >= best.Length || Above(sample, best[wanted - missed - 1]) > missed)) missed++;
        return missed;
    }
}
