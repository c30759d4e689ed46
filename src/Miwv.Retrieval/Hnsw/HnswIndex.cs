using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// A hierarchical navigable small-world index (arXiv 1603.09320) over the vectors of a store. It holds links only; the vectors stay where
/// they are, in the mapped store. Equal vectors are one node. Same vectors, options and seed: the same index, byte for byte, for any number of threads.
/// </summary>
public sealed class HnswIndex : IDisposable
{
    private readonly EmbeddingStore _store;
    private readonly DistinctVectors _vectors;
    private readonly HnswGraph _graph;

    private HnswIndex(EmbeddingStore store, DistinctVectors vectors, HnswGraph graph, HnswOptions options, int rows)
    {
        (_store, _vectors, _graph, Options, Rows) = (store, vectors, graph, options, rows);
    }

    /// <summary>How it was built, and the default of efSearch.</summary>
    public HnswOptions Options { get; }

    /// <summary>Rows of the store that are in the index.</summary>
    public int Rows { get; }

    /// <summary>Links that had to be added so that every row can be found.</summary>
    public int RepairedLinks { get; private init; }

    /// <summary>Bytes of the links: what the index takes beside the store.</summary>
    public long LinkBytes => _graph.Nodes + _graph.BottomBytes + _graph.UpperBytes;

    internal HnswGraph Graph => _graph;

    /// <summary>Builds an index of all rows of a store, in memory.</summary>
    /// <param name="store">The vectors; must outlive the index.</param>
    /// <param name="options">Parameters of the graph.</param>
    /// <param name="threads">Worker threads; 0 = one per core. The result does not depend on it.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentException">An impossible option.</exception>
    public static HnswIndex Build(EmbeddingStore store, HnswOptions options, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options.Check();
        ParallelOptions parallel = Parallelism(threads, cancellation);
        var vectors = DistinctVectors.Of(store, parallel);
        return Extend(store, vectors, null, options, parallel, progress);
    }

    /// <summary>Maps a saved index of this store's rows, or of its first rows (then <see cref="Insert"/> adds the others).</summary>
    /// <exception cref="UserException">No such file, not an index, cut, damaged, or an index of other vectors.</exception>
    public static HnswIndex Open(string path, EmbeddingStore store, int threads = 0, CancellationToken cancellation = default)
    {
        (HnswFile.Header header, HnswGraph graph) = HnswFile.Open(path);
        try
        {
            var vectors = DistinctVectors.Of(store, Parallelism(threads, cancellation));
            if (header.Dimension != store.Dimension || header.Type != store.Type || header.Rows > store.Count
                || vectors.Digest(header.Rows) != header.Digest || NodesOf(vectors, header.Rows) != header.Nodes)
                throw new UserException($"{path}: this index was built over other vectors than {store.Path}; delete it and build it again");
            return new HnswIndex(store, vectors, graph, header.Options, header.Rows);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>A new index of all rows of the store: this one's links, copied, and the rows it lacks inserted.</summary>
    /// <inheritdoc cref="Build"/>
    public HnswIndex Insert(int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Extend(_store, _vectors, _graph, Options, Parallelism(threads, cancellation), progress);

    /// <summary>Writes the index; a file of that name is replaced when all is written.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public void Save(string path) => HnswFile.Save(path, _graph, Options, Rows, _store, _vectors.Digest(Rows));

    /// <summary>The k nearest rows of every row; cosines in fp64, rules and ties as in <see cref="ExactSelfJoin"/>, but a neighbour can be missed.</summary>
    /// <param name="k">Neighbours per row, at least 1.</param>
    /// <param name="rules">Who may be whose neighbour.</param>
    /// <param name="efSearch">Candidates kept per search; null = the index's own.</param>
    /// <param name="threads">Worker threads; 0 = one per core. The result does not depend on it.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidOperationException">The store has rows that are not in the index.</exception>
    public KnnGraph SelfJoin(int k, NeighborRules rules, int? efSearch = null, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        rules.CheckRows(_store.Count);
        CheckComplete();
        ParallelOptions parallel = Parallelism(threads, cancellation);
        var vectorRules = new VectorRules(_vectors, rules);
        using var join = new HnswSelfJoin(_store, _vectors, _graph, vectorRules, efSearch ?? Options.EfSearch, progress);
        return new RowNeighbors(_store, _vectors, vectorRules, rules, k).Collect(join.Best, parallel);
    }

    /// <summary>Compares a self-join of this index with the exact neighbours of a random sample of rows (drawn by the index's seed).</summary>
    /// <param name="graph">What <see cref="SelfJoin"/> returned under the same rules.</param>
    /// <param name="rules">Who may be whose neighbour.</param>
    /// <param name="sampleRows">Rows to draw; all when the store has fewer.</param>
    /// <param name="threads">Worker threads; 0 = one per core.</param>
    /// <param name="cancellation">Stops the work.</param>
    public MeasuredRecall Recall(KnnGraph graph, NeighborRules rules, int sampleRows, int threads = 0, CancellationToken cancellation = default)
    {
        CheckComplete();
        var random = new Random(HashCode(Options.Seed));
        int[] rows = [.. Enumerable.Range(0, _store.Count)];
        if (sampleRows < rows.Length)
        {
            random.Shuffle(rows);
            rows = rows[..sampleRows];
        }
        rows = [.. rows.Where(row => _vectors.VectorOf[row] >= 0).Order()];
        int[] sample = [.. rows.Select(row => _vectors.VectorOf[row]).Distinct()];
        KnnGraph exact = ExactSample.Run(_store, _vectors, new VectorRules(_vectors, rules), rules, sample, graph.K, Parallelism(threads, cancellation));
        return MeasuredRecall.Of(graph, exact, rows);

        static int HashCode(ulong seed) => (int)(seed ^ seed >> 32);
    }

    /// <summary>The rows nearest to a vector from outside, best first, ties to the lower row.</summary>
    /// <param name="query">A vector of the store's dimension, of any length but zero.</param>
    /// <param name="k">How many rows.</param>
    /// <param name="filter">Which rows count; null = all. Filtered rows still lead the way to others.</param>
    /// <param name="efSearch">Candidates kept; null = the index's own.</param>
    /// <exception cref="ArgumentException">Wrong dimension, not finite, or a zero vector.</exception>
    public IReadOnlyList<(int Row, double Cosine)> Search(ReadOnlySpan<float> query, int k, Func<int, bool>? filter = null, int? efSearch = null)
    {
        if (query.Length != _store.Dimension)
            throw new ArgumentException($"the query has {query.Length} components, the store {_store.Dimension}", nameof(query));
        CheckComplete();
        using var search = new HnswQuery(_store, _vectors, _graph);
        return search.Run(query, k, filter, efSearch ?? Options.EfSearch);
    }

    /// <summary>Frees the links or their mapping; the store stays open.</summary>
    public void Dispose() => _graph.Dispose();

    private void CheckComplete()
    {
        if (Rows != _store.Count)
            throw new InvalidOperationException($"the index holds {Rows} of the store's {_store.Count} rows; insert the others first");
    }

    private static unsafe HnswIndex Extend(EmbeddingStore store, DistinctVectors vectors, HnswGraph? old, HnswOptions options, ParallelOptions parallel, IProgress<double>? progress)
    {
        var levels = new byte[vectors.Count];
        for (int node = 0; node < levels.Length; node++)
            levels[node] = HnswBuilder.LevelOf(node, options);
        HnswGraph graph = HnswGraph.Allocate(options.M, levels);
        try
        {
            if (old is not null)
            {
                Buffer.MemoryCopy(old.Bottom, graph.Bottom, graph.BottomBytes, old.BottomBytes);
                Buffer.MemoryCopy(old.Upper, graph.Upper, graph.UpperBytes, old.UpperBytes);
                graph.Entry = old.Entry;
            }
            using (var builder = new HnswBuilder(graph, store, vectors, options, parallel))
                builder.Insert(old?.Nodes ?? 0, progress);
            using var searcher = new HnswSearcher(graph, store, vectors);
            return new HnswIndex(store, vectors, graph, options, store.Count) { RepairedLinks = new Reachability(graph).Repair(searcher, options.EfConstruction) };
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    private static int NodesOf(DistinctVectors vectors, int rows)
    {
        int nodes = Array.BinarySearch(vectors.FirstRows, rows);
        return nodes < 0 ? ~nodes : nodes;
    }

    private static ParallelOptions Parallelism(int threads, CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
}
