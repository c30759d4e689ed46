using Miwv.Data;

namespace Miwv.Retrieval.Tests;

public sealed class NeighborSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SmallStoresAreJoinedExactlyAndTheReasonIsGiven()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(300, 5, 1));
        NeighborSearchResult result = NeighborSearch.Run(store, NeighborRules.None, new NeighborSearchOptions(K: 2));
        Assert.Equal(SearchMode.Exact, result.Method);
        Assert.Contains("300 rows", result.Reason, StringComparison.Ordinal);
        Assert.Null(result.Recall);
        BruteForce.AssertEqual(store, result.Graph, 2, NeighborRules.None);
    }

    [Fact]
    public void CosinesOfParallelVectorsAreNotAboveOne()
    {
        float[][] vectors = [.. Enumerable.Range(1, 60).Select(scale => Vectors.Random(1, 25, 3)[0].Select(x => x * scale / 7).ToArray())];
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors);
        Assert.Contains(Enumerable.Range(1, 59), row => store.Cosine(0, row) > 1 || store.Cosine(row, row - 1) > 1); // as they are rounded
        KnnGraph graph = NeighborSearch.Run(store, NeighborRules.None, new NeighborSearchOptions()).Graph;
        Assert.All(Enumerable.Range(0, 60), row => Assert.InRange(graph.Cosines(row)[0], 0.999999, 1));
    }

    [Fact]
    public void AnApproximateRunMeasuresItsRecallAndKeepsItsIndex()
    {
        float[][] vectors = Vectors.LowDimensional(3000, 30, 10, 50, 1);
        using EmbeddingStore part = Vectors.Store(_folder["part"], vectors[..2500]);
        using EmbeddingStore whole = Vectors.Store(_folder["whole"], vectors);
        var options = new NeighborSearchOptions(K: 3, Mode: SearchMode.Hnsw, IndexPath: _folder["i"], RecallSample: 400);
        var shares = new List<double>();
        NeighborSearchResult built = NeighborSearch.Run(part, NeighborRules.None, options, new Recorder(shares));
        Assert.True(built.Recall is { At1: > 0.97, K: 3, SampledRows: 400 }, $"{built.Recall}");
        Assert.Equal(1, shares[^1]);
        byte[] index = File.ReadAllBytes(_folder["i"]);

        NeighborSearchResult mapped = NeighborSearch.Run(part, NeighborRules.None, options);
        Assert.Equal(built.Recall, mapped.Recall);
        Assert.Equal(index, File.ReadAllBytes(_folder["i"]));

        NeighborSearchResult extended = NeighborSearch.Run(whole, NeighborRules.None, options);
        Assert.Equal(3000, extended.Graph.Rows);
        Assert.NotEqual(index, File.ReadAllBytes(_folder["i"]));

        var refused = Assert.Throws<UserException>(() => NeighborSearch.Run(whole, NeighborRules.None, options with { Hnsw = new HnswOptions(M: 8) }));
        Assert.Contains("M = 16", refused.Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["i"], "something else");
        Assert.Throws<UserException>(() => NeighborSearch.Run(whole, NeighborRules.None, options));
    }

    [Fact]
    public void ACachedIndexThatDoesNotFitIsBuiltAgainAndSaysWhy()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.LowDimensional(600, 12, 6, 10, 1));
        using EmbeddingStore other = Vectors.Store(_folder["o"], Vectors.LowDimensional(600, 12, 6, 10, 2));
        var told = new List<string>();
        var options = new NeighborSearchOptions(Mode: SearchMode.Hnsw, IndexPath: _folder["i"], IndexReplaced: told.Add);
        NeighborSearch.Run(store, NeighborRules.None, options);
        byte[] whole = File.ReadAllBytes(_folder["i"]);
        Assert.Empty(told);

        byte[] flipped = [.. whole];
        flipped[whole.Length / 2] ^= 4;
        foreach (byte[] damaged in new[] { flipped, whole[..^1], [], [.. "something else"u8] })
        {
            File.WriteAllBytes(_folder["i"], damaged);
            NeighborSearch.Run(store, NeighborRules.None, options);
            Assert.Equal(whole, File.ReadAllBytes(_folder["i"]));
        }
        Assert.Equal(4, told.Count);
        Assert.All(told, line => Assert.StartsWith(_folder["i"], line, StringComparison.Ordinal));
        NeighborSearch.Run(other, NeighborRules.None, options);
        Assert.Contains("other vectors", told[4], StringComparison.Ordinal);
        NeighborSearch.Run(other, NeighborRules.None, options with { Hnsw = new HnswOptions(M: 8) });
        Assert.Contains("M = 16", told[5], StringComparison.Ordinal);
    }

    [Fact]
    public void ANamedIndexIsExtendedOrRefusedNeverReplaced()
    {
        float[][] vectors = Vectors.LowDimensional(900, 12, 6, 10, 1);
        using EmbeddingStore part = Vectors.Store(_folder["part"], vectors[..700]);
        using EmbeddingStore whole = Vectors.Store(_folder["whole"], vectors);
        var options = new NeighborSearchOptions(Mode: SearchMode.Hnsw, IndexPath: _folder["i"]);
        NeighborSearch.Run(part, NeighborRules.None, options);
        byte[] saved = File.ReadAllBytes(_folder["i"]);

        NeighborSearchOptions start = options with { IndexPath = _folder["i2"], StartFrom = _folder["i"], IndexReplaced = _ => Assert.Fail("nothing is replaced") };
        Assert.True(NeighborSearch.Run(whole, NeighborRules.None, start).Recall!.At1 > 0.99);
        using (HnswIndex extended = HnswIndex.Open(_folder["i2"], whole))
            Assert.Equal(900, extended.Rows);
        Assert.Equal(saved, File.ReadAllBytes(_folder["i"]));
        NeighborSearch.Run(part, NeighborRules.None, start with { IndexPath = _folder["same"] });
        Assert.Equal(saved, File.ReadAllBytes(_folder["same"]));

        File.WriteAllBytes(_folder["i"], saved[..^1]);
        var refused = Assert.Throws<UserException>(() => NeighborSearch.Run(whole, NeighborRules.None, start with { IndexPath = _folder["i3"] }));
        Assert.StartsWith(_folder["i"], refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["i3"]));
        Assert.Throws<UserException>(() => NeighborSearch.Run(whole, NeighborRules.None, start with { StartFrom = _folder["none"], IndexPath = _folder["i3"] }));
    }

    [Fact]
    public void RecallCountsWhatIsMissing()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(500, 6, 2));
        KnnGraph exact = ExactSelfJoin.Run(store, 4, NeighborRules.None), empty = new(500, 4);
        int[] rows = [.. Enumerable.Range(0, 500)];
        Assert.Equal(new MeasuredRecall(1, 1, 4, 500), MeasuredRecall.Of(exact, exact, rows));
        Assert.Equal(new MeasuredRecall(0, 0, 4, 500), MeasuredRecall.Of(empty, exact, rows));
        Assert.Equal(new MeasuredRecall(1, 1, 4, 0), MeasuredRecall.Of(empty, empty, rows));
    }

    private sealed class Recorder(List<double> shares) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (shares)
                shares.Add(value);
        }
    }
}
