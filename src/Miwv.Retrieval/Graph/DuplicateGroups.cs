namespace Miwv.Retrieval;

/// <summary>
/// Rows that are near-duplicates: chains of pairs whose cosine reaches a threshold (single linkage). Rows with equal vectors are always together;
/// zero rows are in no group.
/// </summary>
public sealed class DuplicateGroups
{
    private DuplicateGroups(double threshold, int[] groupOf, int[][] groups) => (Threshold, GroupOf, Groups) = (threshold, groupOf, groups);

    /// <summary>The cosine from which two rows count as duplicates.</summary>
    public double Threshold { get; }

    /// <summary>Per row: its group, or -1 for a row without duplicates.</summary>
    public IReadOnlyList<int> GroupOf { get; }

    /// <summary>The groups of two or more rows, rows ascending, groups by their first row.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Groups { get; }

    /// <summary>All pairs, by exhaustive search.</summary>
    /// <param name="store">The vectors.</param>
    /// <param name="threshold">Cosine, above -1 and at most 1.</param>
    /// <param name="threads">Worker threads; 0 = one per core.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static DuplicateGroups Exact(EmbeddingStore store, double threshold, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        CheckThreshold(threshold);
        if (threads <= 0)
            threads = Environment.ProcessorCount;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        var vectors = DistinctVectors.Of(store, parallel);
        var pairs = new DuplicatePairs(store, vectors, threshold, ScoreBound.Of(store, vectors, parallel));
        ExactSelfJoin.RunTiles(store, vectors, pairs, threads, progress, parallel);
        return FromSets(threshold, store.Count, row => vectors.VectorOf[row] is var vector and >= 0 ? vectors.FirstRows[pairs.Sets.Find(vector)] : -1);
    }

    /// <summary>The pairs that a k-NN graph holds: all that matter unless a row has more than k nearer duplicates or the graph missed some.</summary>
    public static DuplicateGroups FromGraph(KnnGraph graph, double threshold)
    {
        CheckThreshold(threshold);
        var sets = new DisjointSets(graph.Rows);
        for (int row = 0; row < graph.Rows; row++)
            for (int place = 0; place < graph.K && graph.Cosines(row)[place] >= threshold; place++)
                sets.Join(row, graph.Neighbors(row)[place]);
        return FromSets(threshold, graph.Rows, sets.Find);
    }

    private static DuplicateGroups FromSets(double threshold, int rows, Func<int, int> representative)
    {
        var members = new SortedDictionary<int, List<int>>();
        for (int row = 0; row < rows; row++)
        {
            int first = representative(row);
            if (first < 0)
                continue;
            if (!members.TryGetValue(first, out List<int>? list))
                members[first] = list = [];
            list.Add(row);
        }
        int[][] groups = [.. members.Values.Where(list => list.Count > 1).Select(list => list.ToArray())];
        var groupOf = new int[rows];
        Array.Fill(groupOf, -1);
        for (int group = 0; group < groups.Length; group++)
            foreach (int row in groups[group])
                groupOf[row] = group;
        return new DuplicateGroups(threshold, groupOf, groups);
    }

    private static void CheckThreshold(double threshold)
    {
        if (!(threshold is > -1 and <= 1))
            throw new ArgumentException($"duplicate threshold {threshold}: a cosine above -1 and at most 1 is needed");
    }
}
