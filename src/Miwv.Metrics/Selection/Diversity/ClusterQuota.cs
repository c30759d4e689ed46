namespace Miwv.Metrics.Selection.Diversity;

/// <summary>Each cluster gives rows in proportion to its size, its best first.</summary>
public static class ClusterQuota
{
    /// <param name="ranked">Candidates, best first.</param>
    /// <param name="cluster">Cluster of each row (by row number); negative = none, which counts as a cluster of its own.</param>
    /// <returns>Chosen rows in rank order.</returns>
    public static int[] Select(ReadOnlySpan<int> ranked, ReadOnlySpan<int> cluster, int count)
    {
        count = Math.Min(count, ranked.Length);
        var sizes = new SortedDictionary<int, int>();
        foreach (int row in ranked) sizes[cluster[row]] = sizes.GetValueOrDefault(cluster[row]) + 1;
        var quota = Quotas(sizes, ranked.Length, count);
        var chosen = new List<int>(count);
        foreach (int row in ranked)
        {
            if (quota[cluster[row]] == 0) continue;
            quota[cluster[row]]--;
            chosen.Add(row);
        }
        return [.. chosen];
    }

    // Largest remainders; ties to the lower cluster. A quota is never above its cluster's size, as count <= total.
    private static Dictionary<int, int> Quotas(SortedDictionary<int, int> sizes, int total, int count)
    {
        var quota = sizes.ToDictionary(s => s.Key, s => (int)((long)s.Value * count / total));
        int missing = count - quota.Values.Sum();
        foreach (var (cluster, _) in sizes.OrderByDescending(s => (long)s.Value * count % total).ThenBy(s => s.Key).Take(missing)) quota[cluster]++;
        return quota;
    }
}
