using FsCheck;
using FsCheck.Fluent;
using Miwv.Data;

namespace Miwv.Retrieval.Tests;

public sealed class HnswIndexTests : IDisposable
{
    private static readonly HnswOptions Small = new(M: 6, EfConstruction: 40, EfSearch: 24, Seed: 7);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(StoreType.F32)]
    [InlineData(StoreType.F16)]
    public void SameSeedSameFileWhateverTheThreads(StoreType type)
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Clustered(5000, 33, 60, 0.4, 1), type);
        byte[]? first = null;
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using HnswIndex index = HnswIndex.Build(store, new HnswOptions(), threads);
            index.Save(_folder["i"]);
            byte[] bytes = File.ReadAllBytes(_folder["i"]);
            first ??= bytes;
            Assert.True(first.AsSpan().SequenceEqual(bytes), $"{threads} threads");
        }
        using HnswIndex other = HnswIndex.Build(store, new HnswOptions(Seed: 5));
        other.Save(_folder["i"]);
        Assert.False(first.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["i"])));
    }

    [Fact]
    public void DefaultsFindNearlyEveryNearestRow()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.LowDimensional(8000, 96, 16, 200, 3));
        using HnswIndex index = HnswIndex.Build(store, new HnswOptions());
        KnnGraph graph = index.SelfJoin(5, NeighborRules.None);
        MeasuredRecall recall = index.Recall(graph, NeighborRules.None, store.Count);
        Assert.True(recall.At1 >= 0.993, $"recall@1 = {recall.At1}");
        Assert.True(recall.AtK >= 0.98, $"recall@5 = {recall.AtK}");
        Assert.Equal(8000, recall.SampledRows);

        // the sampled recall is the recall: counted here against the exact join
        KnnGraph exact = ExactSelfJoin.Run(store, 5, NeighborRules.None);
        int found = Enumerable.Range(0, 8000).Count(row => graph.Cosines(row)[0] >= exact.Cosines(row)[0] - 1e-12);
        Assert.Equal(found / 8000.0, recall.At1, 1e-12);
    }

    [Fact]
    public void MappedEqualsInMemory()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Clustered(3000, 20, 30, 0.5, 2));
        using HnswIndex built = HnswIndex.Build(store, Small);
        built.Save(_folder["i"]);
        using HnswIndex mapped = HnswIndex.Open(_folder["i"], store);
        Assert.Equal(Small, mapped.Options);
        KnnGraph a = built.SelfJoin(3, NeighborRules.None, threads: 1), b = mapped.SelfJoin(3, NeighborRules.None, threads: 2);
        for (int row = 0; row < store.Count; row++)
        {
            Assert.Equal(a.Neighbors(row).ToArray(), b.Neighbors(row).ToArray());
            Assert.Equal(a.Cosines(row).ToArray(), b.Cosines(row).ToArray());
        }
        Assert.Equal(built.Search(Vectors.Random(1, 20, 8)[0], 7), mapped.Search(Vectors.Random(1, 20, 8)[0], 7));
    }

    [Fact]
    public void EveryNodeCanBeReached()
    {
        // far-apart tight clusters, and copies: the data that tears graphs apart
        float[][] vectors = [.. Vectors.Clustered(3000, 12, 50, 0.001, 4), .. Vectors.DuplicateHeavy(500, 12, 5, 6)];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        foreach (int m in new[] { 2, 4, 16 })
        {
            using HnswIndex index = HnswIndex.Build(store, new HnswOptions(M: m, EfConstruction: 20));
            Assert.Equal(0, new Reachability(index.Graph).Unreachable);
        }
    }

    [Fact]
    public void LinksAreSoundOnEveryLayer()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(2000, 10, 5));
        using HnswIndex index = HnswIndex.Build(store, Small);
        for (int node = 0; node < index.Graph.Nodes; node++)
        {
            for (int layer = 0; layer <= index.Graph.Level(node); layer++)
            {
                int[] neighbors = index.Graph.Neighbors(node, layer).ToArray();
                Assert.True(neighbors.Length <= (layer == 0 ? 12 : 6));
                Assert.Equal(neighbors.Length, neighbors.Distinct().Count());
                Assert.DoesNotContain(node, neighbors);
                Assert.All(neighbors, n => Assert.True(index.Graph.Level(n) >= layer));
            }
        }
        double above = Enumerable.Range(0, 2000).Count(node => index.Graph.Level(node) > 0) / 2000.0;
        Assert.Equal(1 / 6.0, above, 0.04); // P(level > 0) = 1/M
    }

    [Fact]
    public void RowsAreInsertedIntoASavedIndex()
    {
        float[][] vectors = [.. Vectors.LowDimensional(3000, 24, 8, 40, 6), .. Vectors.DuplicateHeavy(200, 24, 4, 1)];
        using (EmbeddingStore part = Vectors.Store(_folder["part"], vectors[..2000]))
        using (HnswIndex index = HnswIndex.Build(part, Small))
            index.Save(_folder["i"]);

        using EmbeddingStore whole = Vectors.Store(_folder["whole"], vectors);
        using HnswIndex old = HnswIndex.Open(_folder["i"], whole);
        Assert.Equal(2000, old.Rows);
        Assert.Throws<InvalidOperationException>(() => old.SelfJoin(1, NeighborRules.None));
        byte[]? first = null;
        foreach (int threads in new[] { 1, 2 })
        {
            using HnswIndex extended = old.Insert(threads);
            Assert.Equal(3200, extended.Rows);
            Assert.Equal(0, new Reachability(extended.Graph).Unreachable);
            MeasuredRecall recall = extended.Recall(extended.SelfJoin(1, NeighborRules.None, 64), NeighborRules.None, 3200);
            Assert.True(recall.At1 > 0.99, $"recall@1 = {recall.At1}");
            extended.Save(_folder["i2"]);
            first ??= File.ReadAllBytes(_folder["i2"]);
            Assert.True(first.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["i2"])));
        }
    }

    [Fact]
    public void WideSearchUnderRulesEqualsBruteForce()
    {
        var cases = from seed in Gen.Choose(0, 1_000_000)
                    from kind in Gen.Choose(0, 3)
                    from rows in Gen.OneOf(Gen.Choose(1, 10), Gen.Choose(100, 300))
                    from k in Gen.Elements(1, 4)
                    from type in Gen.Elements(StoreType.F32, StoreType.F16)
                    from ruled in Gen.Choose(0, 3)
                    select (seed, kind, rows, k, type, ruled);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            float[][] vectors = c.kind switch
            {
                0 => Vectors.Random(c.rows, 9, c.seed),
                1 => Vectors.Clustered(c.rows, 21, 3, 0.01, c.seed),
                2 => Vectors.DuplicateHeavy(c.rows, 9, 3, c.seed),
                _ => Vectors.LowDimensional(c.rows, 40, 5, 10, c.seed),
            };
            using EmbeddingStore store = Vectors.Store(_folder["s"], vectors, c.type);
            using HnswIndex index = HnswIndex.Build(store, new HnswOptions(M: 8));
            NeighborRules rules = ExactSelfJoinTests.Rules(c.rows, c.ruled, c.seed);
            BruteForce.AssertEqual(store, index.SelfJoin(c.k, rules, efSearch: 299), c.k, rules); // a beam as wide as the store misses nothing
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void FewEligibleRowsAreStillFound()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(1500, 8, 3));
        using HnswIndex index = HnswIndex.Build(store, Small);
        var rules = new NeighborRules(null, [.. Enumerable.Range(0, 1500).Select(row => row is 700 or 1400)]);
        BruteForce.AssertEqual(store, index.SelfJoin(2, rules), 2, rules);
    }

    [Fact]
    public void FilteredSearchReturnsTheNearestAllowedRows()
    {
        float[][] vectors = [.. Vectors.Random(1000, 8, 3), .. Enumerable.Repeat(new float[8], 5)];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        using HnswIndex index = HnswIndex.Build(store, new HnswOptions());
        float[] query = [.. Vectors.Random(1, 8, 99)[0].Select(x => 17 * x)];
        var row = new float[8];
        double norm = Math.Sqrt(query.Sum(x => (double)x * x));
        (int Row, double Cosine)[] expected = [.. Enumerable.Range(0, 1000).Where(i => i % 10 == 3).Select(i =>
        {
            store.CopyRow(i, row);
            return (i, query.Zip(row, (x, y) => x * (double)y).Sum() / norm);
        }).OrderByDescending(x => x.Item2).Take(4)];
        IReadOnlyList<(int Row, double Cosine)> found = index.Search(query, 4, i => i % 10 == 3, 500);
        Assert.Equal(expected.Select(x => x.Row), found.Select(x => x.Row));
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i].Cosine, found[i].Cosine, 1e-6);
        Assert.Empty(index.Search(query, 3, _ => false));
        Assert.Throws<ArgumentException>(() => index.Search(new float[8], 1));
        Assert.Throws<ArgumentException>(() => index.Search(new float[7], 1));
    }

    [Fact]
    public void EmptyAndTinyStoresWork()
    {
        foreach (float[][] vectors in new float[][][] { [], [[0, 0, 0]], [[1, 2, 3]], [[1, 2, 3], [1, 2, 3]] })
        {
            using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
            using HnswIndex index = HnswIndex.Build(store, new HnswOptions());
            index.Save(_folder["i"]);
            using HnswIndex mapped = HnswIndex.Open(_folder["i"], store);
            BruteForce.AssertEqual(store, mapped.SelfJoin(2, NeighborRules.None), 2, NeighborRules.None);
        }
    }

    [Fact]
    public void DamagedCutAndForeignIndexesAreRefusedInOneLine()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(200, 6, 3));
        using (HnswIndex index = HnswIndex.Build(store, Small))
            index.Save(_folder["i"]);
        byte[] whole = File.ReadAllBytes(_folder["i"]);
        var random = new Random(3);
        foreach (int place in Enumerable.Range(0, 4096).Concat(Enumerable.Range(0, 150).Select(_ => random.Next(4096, whole.Length))))
        {
            byte[] bad = [.. whole];
            bad[place] ^= (byte)(1 << random.Next(8));
            Refused(bad, store);
        }
        foreach (int cut in new[] { 0, 1, 95, 96, 4095, 4096, 5000, whole.Length - 1 })
            Refused(whole[..cut], store);
        Refused([.. whole, 0], store);
        Refused([.. "not an index, but long enough to be one"u8, .. new byte[9000]], store);

        File.WriteAllBytes(_folder["good"], whole);
        using EmbeddingStore other = Vectors.Store(_folder["other"], Vectors.Random(200, 6, 4));
        Assert.Contains("other vectors", Assert.Throws<UserException>(() => HnswIndex.Open(_folder["good"], other)).Message, StringComparison.Ordinal);
        Assert.Contains("no such", Assert.Throws<UserException>(() => HnswIndex.Open(_folder["none"], store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImpossibleOptionsAreRefused()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(3, 2, 1));
        Assert.Throws<ArgumentException>(() => HnswIndex.Build(store, new HnswOptions(M: 1)));
        Assert.Throws<ArgumentException>(() => HnswIndex.Build(store, new HnswOptions(M: 16, EfConstruction: 8)));
        Assert.Throws<ArgumentException>(() => HnswIndex.Build(store, new HnswOptions(EfSearch: 0)));
    }

    private void Refused(byte[] bytes, EmbeddingStore store)
    {
        File.WriteAllBytes(_folder["bad"], bytes);
        var error = Assert.Throws<UserException>(() => HnswIndex.Open(_folder["bad"], store));
        Assert.StartsWith(_folder["bad"], error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
