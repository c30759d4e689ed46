namespace Miwv.Retrieval.Tests;

public sealed class KMeansTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SeparatedClustersAreFound()
    {
        var random = new Random(1);
        float[][] centers = Vectors.Random(7, 16, 5);
        int[] truth = [.. Enumerable.Range(0, 700).Select(_ => random.Next(7))];
        float[][] vectors = [.. truth.Select(t => centers[t].Select(x => x + 0.02f * (random.NextSingle() - 0.5f)).ToArray()), new float[16]];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        KMeansResult result = KMeans.Run(store, 7, seed: 3);
        Assert.True(result.Converged);
        Assert.Equal(-1, result.Assignment[700]);
        Assert.Equal(700, result.Sizes.Sum());
        Assert.Equal(7, truth.Zip(result.Assignment).Distinct().Count()); // a one-to-one map between planted and found clusters
        Assert.InRange(result.Inertia, 0, 1);
    }

    [Theory]
    [InlineData(StoreType.F32)]
    [InlineData(StoreType.F16)]
    public void TheResultIsAFixedPointAndDoesNotDependOnThreads(StoreType type)
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Clustered(900, 11, 12, 0.5, 2), type);
        KMeansResult one = KMeans.Run(store, 9, seed: 5, iterations: 200, threads: 1), two = KMeans.Run(store, 9, seed: 5, iterations: 200, threads: 3);
        Assert.Equal(one.Assignment, two.Assignment);
        Assert.Equal(one.Centroids, two.Centroids);
        Assert.Equal(one.Inertia, two.Inertia);
        Assert.True(one.Converged);

        var row = new float[11];
        double inertia = 0;
        var sums = new double[9, 11];
        for (int i = 0; i < 900; i++)
        {
            store.CopyRow(i, row);
            double[] squared = [.. Enumerable.Range(0, 9).Select(c => Enumerable.Range(0, 11).Sum(d => Math.Pow(row[d] - one.Centroids[c * 11 + d], 2)))];
            Assert.Equal(squared.Min(), squared[one.Assignment[i]], 1e-6);
            inertia += squared[one.Assignment[i]];
            for (int d = 0; d < 11; d++)
                sums[one.Assignment[i], d] += row[d];
        }
        Assert.Equal(inertia, one.Inertia, 1e-3);
        for (int c = 0; c < 9; c++)
            for (int d = 0; d < 11; d++)
                Assert.Equal(sums[c, d] / one.Sizes[c], one.Centroids[c * 11 + d], 1e-5);
    }

    [Fact]
    public void EveryClusterKeepsARowEvenAmongCopies()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], [.. Enumerable.Repeat(new float[] { 1, 1 }, 50), [1, 0], [0, 1]]);
        KMeansResult result = KMeans.Run(store, 5, seed: 1);
        Assert.All(result.Sizes, size => Assert.True(size > 0));
        Assert.Equal(5, KMeans.Run(Vectors.Store(_folder["t"], Vectors.Random(5, 3, 1)), 5, 1).Assignment.Distinct().Count());
        Assert.Throws<ArgumentException>(() => KMeans.Run(store, 53, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Run(store, 0, 1));
    }
}
