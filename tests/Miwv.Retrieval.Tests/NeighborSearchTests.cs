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
