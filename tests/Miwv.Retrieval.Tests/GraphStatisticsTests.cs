namespace Miwv.Retrieval.Tests;

public sealed class GraphStatisticsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void InDegreesOfAStar()
    {
        // three rows around the first: it is everybody's neighbour, and has row 1
        using EmbeddingStore store = Vectors.Store(_folder["s"], [[1, 0, 0], [1, 0.1f, 0], [1, -0.2f, 0], [1, 0, 0.2f]]);
        var degrees = InDegreeStatistics.Of(ExactSelfJoin.Run(store, 1, NeighborRules.None));
        Assert.Equal([3, 1, 0, 0], degrees.Counts);
        Assert.Equal((3, 0, 2, 1.0), (degrees.Maximum, degrees.MaximumRow, degrees.NeverChosen, degrees.Mean));
        Assert.Equal(1.5 / Math.Pow(1.5, 1.5), degrees.Skewness, 1e-12); // deviations 2, 0, -1, -1: second moment 6/4, third 6/4
    }

    [Fact]
    public void DuplicateGroupsAreChainsOfNearPairs()
    {
        // angles in degrees; neighbours 8 degrees apart have cosine 0.9903
        double[] angles = [0, 8, 16, 90, 200, 200, 98, 300];
        float[][] vectors = [.. angles.Select(a => new[] { (float)Math.Cos(a * Math.PI / 180), (float)Math.Sin(a * Math.PI / 180) }), [0, 0], [0, 0]];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        int[][] expected = [[0, 1, 2], [3, 6], [4, 5]];
        var exact = DuplicateGroups.Exact(store, 0.99);
        Assert.Equal(expected, exact.Groups.Select(g => g.ToArray()));
        Assert.Equal([0, 0, 0, 1, 2, 2, 1, -1, -1, -1], exact.GroupOf);
        Assert.Equal(expected, DuplicateGroups.FromGraph(ExactSelfJoin.Run(store, 2, NeighborRules.None), 0.99).Groups.Select(g => g.ToArray()));
        Assert.Equal([[4, 5]], DuplicateGroups.Exact(store, 1).Groups.Select(g => g.ToArray()));
        Assert.Throws<ArgumentException>(() => DuplicateGroups.Exact(store, 1.1));
        Assert.Throws<ArgumentException>(() => DuplicateGroups.Exact(store, double.NaN));
    }

    [Theory]
    [InlineData(StoreType.F32, 0.9)]
    [InlineData(StoreType.F16, 0.95)]
    public void DuplicateGroupsEqualAllPairs(StoreType type, double threshold)
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], [.. Vectors.Clustered(400, 20, 60, 0.25, 3), .. Vectors.DuplicateHeavy(60, 20, 4, 3)], type);
        var reached = Enumerable.Range(0, store.Count).ToArray();
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = 0; i < store.Count; i++)
                for (int j = 0; j < store.Count; j++)
                    if (store.Cosine(i, j) >= threshold && reached[i] > reached[j])
                        (reached[i], changed) = (reached[j], true);
        }
        int[][] expected = [.. Enumerable.Range(0, store.Count).GroupBy(i => reached[i]).Where(g => g.Count() > 1).Select(g => g.ToArray())];
        Assert.InRange(expected.Length, 5, 100);
        Assert.Equal(expected, DuplicateGroups.Exact(store, threshold, 2).Groups.Select(g => g.ToArray()));
    }
}
