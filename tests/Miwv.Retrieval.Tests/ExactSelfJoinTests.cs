using FsCheck;
using FsCheck.Fluent;

namespace Miwv.Retrieval.Tests;

public sealed class ExactSelfJoinTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EqualsBruteForceOnEveryKindOfData()
    {
        var cases = from seed in Gen.Choose(0, 1_000_000)
                    from kind in Gen.Choose(0, 4)
                    from rows in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(21, 400))
                    from dimension in Gen.Choose(1, 70)
                    from k in Gen.Elements(1, 1, 2, 5, 12)
                    from threads in Gen.Choose(1, 3)
                    from type in Gen.Elements(StoreType.F32, StoreType.F16)
                    from ruled in Gen.Choose(0, 3)
                    select (seed, kind, rows, dimension, k, threads, type, ruled);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            float[][] vectors = c.kind switch
            {
                0 => Vectors.Random(c.rows, c.dimension, c.seed),
                1 => Vectors.Clustered(c.rows, c.dimension, 3, 0.01, c.seed),
                2 => Vectors.DuplicateHeavy(c.rows, c.dimension, 3, c.seed),
                3 => Vectors.Lattice(c.rows, c.dimension, c.seed),
                _ => Vectors.Clustered(c.rows, c.dimension, 2, 1e-6, c.seed), // all within the rounding bound of f32
            };
            using EmbeddingStore store = Vectors.Store(_folder["s"], vectors, c.type);
            NeighborRules rules = Rules(c.rows, c.ruled, c.seed);
            BruteForce.AssertEqual(store, ExactSelfJoin.Run(store, c.k, rules, c.threads), c.k, rules);
            if (Avx2TileKernel.IsSupported)
                BruteForce.AssertEqual(store, ExactSelfJoin.Run<Avx2TileKernel>(store, c.k, rules, c.threads, null, default), c.k, rules);
            BruteForce.AssertEqual(store, ExactSelfJoin.Run<Vector128TileKernel>(store, c.k, rules, c.threads, null, default), c.k, rules);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void ManyCopiesOfOneRowAreEachOthersNeighbors()
    {
        float[][] vectors = [.. Enumerable.Repeat(new float[] { 1, 2, 3 }, 3000), [3, 2, 1]];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        KnnGraph graph = ExactSelfJoin.Run(store, 1, NeighborRules.None);
        Assert.Equal(1, graph.Neighbors(0)[0]);
        Assert.Equal(0, graph.Neighbors(1)[0]);
        Assert.Equal(0, graph.Neighbors(2999)[0]);
        Assert.Equal(0, graph.Neighbors(3000)[0]);
        Assert.Equal(10 / 14.0, graph.Cosines(3000)[0], 1e-6);

        var identical = new NeighborRules([.. Enumerable.Repeat(7, 3000), -1]);
        graph = ExactSelfJoin.Run(store, 1, identical);
        Assert.Equal(3000, graph.Neighbors(0)[0]);
        Assert.Equal(3000, graph.Neighbors(2999)[0]);
        Assert.Equal(0, graph.Neighbors(3000)[0]);
    }

    [Fact]
    public void OneRowHasNoNeighborAndNoRowsGiveAnEmptyGraph()
    {
        using (EmbeddingStore one = Vectors.Store(_folder["one"], [[1, 0]]))
            Assert.Equal(KnnGraph.None, ExactSelfJoin.Run(one, 1, NeighborRules.None).Neighbors(0)[0]);
        using EmbeddingStore none = Vectors.Store(_folder["none"], []);
        Assert.Equal(0, ExactSelfJoin.Run(none, 2, NeighborRules.None).Rows);
    }

    [Fact]
    public void ZeroRowsHaveNoNeighborAndAreNobodys()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], [[0, 0], [-1, 0], [0, 0], [1, 0]]);
        KnnGraph graph = ExactSelfJoin.Run(store, 2, NeighborRules.None);
        Assert.Equal([KnnGraph.None, KnnGraph.None], graph.Neighbors(0).ToArray());
        Assert.Equal([3, KnnGraph.None], graph.Neighbors(1).ToArray());
        Assert.Equal(-1, graph.Cosines(1)[0]);
        Assert.Equal([1, KnnGraph.None], graph.Neighbors(3).ToArray());
    }

    [Fact]
    public void SeveralBlocksAndLargeDimensionsEqualBruteForce()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Clustered(1500, 333, 40, 0.3, 5));
        BruteForce.AssertEqual(store, ExactSelfJoin.Run(store, 3, NeighborRules.None, 2), 3, NeighborRules.None);
    }

    [Fact]
    public void CancellationStopsTheWork()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(300, 8, 1));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ExactSelfJoin.Run(store, 1, NeighborRules.None, cancellation: source.Token));
    }

    [Fact]
    public void RulesOfAnotherLengthAreRefused()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(3, 2, 1));
        Assert.Throws<ArgumentException>(() => ExactSelfJoin.Run(store, 1, new NeighborRules(new int[2])));
        Assert.Throws<ArgumentException>(() => ExactSelfJoin.Run(store, 1, new NeighborRules(null, new bool[4])));
    }

    /// <summary>No rule; groups; eligibility; both, with groups that cut across different vectors.</summary>
    internal static NeighborRules Rules(int rows, int kind, int seed)
    {
        var random = new Random(seed + 17);
        int[]? groups = (kind & 1) != 0 ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(-1, Math.Max(2, rows / 4)))] : null;
        bool[]? may = (kind & 2) != 0 ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(4) != 0)] : null;
        return new NeighborRules(groups, may);
    }
}
