namespace Miwv.Retrieval.Tests;

/// <summary>Of many copies of a row only a few are looked at, and the neighbours are those of looking at all.</summary>
public sealed class OfferedMembersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFirstThatARowMayHaveAreThoseOfAllMembers()
    {
        for (int seed = 0; seed < 150; seed++) Check(seed);
    }

    private void Check(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(2, 120), k = random.Next(1, 5), groups = random.Next(1, 12);
        using EmbeddingStore store = Vectors.Store(_folder[$"{Guid.NewGuid():N}"], Vectors.DuplicateHeavy(rows, 3, random.Next(1, 4), seed));
        var rules = new NeighborRules(
            random.Next(4) == 0 ? null : [.. Enumerable.Range(0, rows).Select(_ => random.Next(-1, groups))],
            random.Next(2) == 0 ? null : [.. Enumerable.Range(0, rows).Select(_ => random.Next(3) > 0)]);
        DistinctVectors vectors = DistinctVectors.Of(store, new ParallelOptions());
        var offered = new OfferedMembers(vectors, rules, k);
        for (int vector = 0; vector < vectors.Count; vector++)
            for (int row = 0; row < rows; row++)
                Assert.Equal(vectors.Members(vector).ToArray().Where(member => rules.Allows(row, member)).Take(k), offered.Of(vector).ToArray().Where(member => rules.Allows(row, member)).Take(k));
        BruteForce.AssertEqual(store, ExactSelfJoin.Run(store, k, rules), k, rules);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AHundredThousandCopiesAreAFew(int k)
    {
        const int Rows = 100_000;
        using EmbeddingStore store = Vectors.Store(_folder["store"], [.. Enumerable.Repeat<float[]>([1, 2], Rows)]);
        DistinctVectors vectors = DistinctVectors.Of(store, new ParallelOptions());
        Assert.Equal(k, new OfferedMembers(vectors, new NeighborRules(new int[Rows]), k).Of(0).Length);
        Assert.Equal(2 * k + 1, new OfferedMembers(vectors, NeighborRules.None, k).Of(0).Length);
        Assert.All(Enumerable.Range(0, Rows), row => Assert.Equal(KnnGraph.None, ExactOf(store)[row]));
    }

    private int[]? _exact;

    private int[] ExactOf(EmbeddingStore store)
    {
        if (_exact is not null) return _exact;
        KnnGraph graph = ExactSelfJoin.Run(store, 1, new NeighborRules(new int[store.Count]));
        return _exact = [.. Enumerable.Range(0, store.Count).Select(row => graph.Neighbors(row)[0])];
    }
}
