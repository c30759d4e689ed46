using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// Inserts vectors in batches: all of a batch search the graph as it was before the batch (in parallel), then every list of links is
/// changed by one thread, in the order of the new vectors. So the graph is a function of vectors, options and seed, not of threads.
/// </summary>
internal sealed unsafe class HnswBuilder : IDisposable
{
    // a batch sees nothing of itself, so it stays a small part of the graph; 1,024 keeps any number of cores busy
    private const int BatchShare = 64, LargestBatch = 1024;

    private readonly HnswGraph _graph;
    private readonly HnswOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly LinkSimilarities _known;
    private readonly VectorCodes? _codes;
    private readonly ThreadLocal<Worker> _workers;
    private readonly List<Edge> _edges = [];

    internal HnswBuilder(HnswGraph graph, EmbeddingStore store, DistinctVectors vectors, HnswOptions options, ParallelOptions parallel)
    {
        (_graph, _options, _parallel) = (graph, options, parallel);
        _codes = VectorCodes.TryMake(store, vectors, parallel);
        _known = new LinkSimilarities(graph);
        _workers = new ThreadLocal<Worker>(() => new Worker(graph, store, vectors, _codes), trackAllValues: true);
    }

    public void Dispose()
    {
        foreach (Worker worker in _workers.Values)
            worker.Dispose();
        _workers.Dispose();
        _known.Dispose();
        _codes?.Dispose();
    }

    /// <summary>Inserts all nodes from <paramref name="first"/> on; those before must be linked already.</summary>
    internal void Insert(int first, IProgress<double>? progress)
    {
        if (first > 0)
            Parallel.For(0, first, _parallel, node => _known.Compute(node, _workers.Value!.Search.Dots));
        for (int start = first; start < _graph.Nodes;)
        {
            if (_graph.Entry < 0)
            {
                _graph.Entry = start++;
                continue;
            }
            int count = Math.Min(_graph.Nodes - start, Math.Clamp(start / BatchShare, 1, LargestBatch));
            InsertBatch(start, count);
            start += count;
            progress?.Report((start - first) / (double)(_graph.Nodes - first));
        }
    }

    /// <summary>The layer a node reaches: floor(-ln(u) / ln(M)), u drawn from the seed and the node alone.</summary>
    internal static byte LevelOf(int node, HnswOptions options)
    {
        ulong bits = options.Seed + (ulong)(node + 1) * 0x9E37_79B9_7F4A_7C15; // splitmix64
        bits = (bits ^ bits >> 30) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ bits >> 27) * 0x94D0_49BB_1331_11EB;
        bits ^= bits >> 31;
        double uniform = ((bits >> 11) + 1) * Math.ScaleB(1, -53);
        return (byte)Math.Min(30, -Math.Log(uniform) / Math.Log(options.M));
    }

    private void InsertBatch(int start, int count)
    {
        Parallel.For(start, start + count, _parallel, FindLinks);
        _edges.Clear();
        for (int node = start; node < start + count; node++)
            for (int layer = 0; layer <= Math.Min(_graph.Level(node), _graph.Level(_graph.Entry)); layer++)
                for (int place = 0; place < *_graph.Links(node, layer); place++)
                    _edges.Add(new Edge(layer, _graph.Links(node, layer)[place + 1], node, _known.Of(node, layer)[place]));
        _edges.Sort(); // by layer and target; sources in order
        var runs = new List<(int Start, int End)>();
        for (int from = 0, to; from < _edges.Count; from = to)
        {
            for (to = from + 1; to < _edges.Count && _edges[to].Layer == _edges[from].Layer && _edges[to].Target == _edges[from].Target; to++) { }
            runs.Add((from, to));
        }
        Parallel.For(0, runs.Count, _parallel, run => LinkBack(CollectionsMarshal.AsSpan(_edges)[runs[run].Start..runs[run].End]));
        for (int node = start; node < start + count; node++)
            if (_graph.Level(node) > _graph.Level(_graph.Entry))
                _graph.Entry = node;
    }

    private void FindLinks(int node)
    {
        Worker worker = _workers.Value!;
        worker.Search.SetQuery(node);
        int top = Math.Min(_graph.Level(node), _graph.Level(_graph.Entry));
        worker.Search.Descend(top);
        for (int layer = top; layer >= 0; layer--)
        {
            worker.Search.Search(layer, _options.EfConstruction);
            worker.Selection.Clear();
            for (int place = 0; place < worker.Search.Beam.Count; place++)
                if (!worker.Selection.Offer(worker.Search.Beam.Node(place), worker.Search.Beam.Similarity(place), _options.M))
                    break;
            Store(node, layer, worker.Selection);
        }
    }

    private void LinkBack(ReadOnlySpan<Edge> edges)
    {
        (int layer, int target) = (edges[0].Layer, edges[0].Target);
        int* links = _graph.Links(target, layer);
        float* known = _known.Of(target, layer);
        if (*links + edges.Length <= _graph.Capacity(layer))
        {
            foreach (Edge edge in edges)
            {
                known[*links] = edge.Similarity;
                links[++*links] = edge.Source;
            }
            return;
        }
        Worker worker = _workers.Value!;
        List<Edge> candidates = worker.Candidates;
        candidates.Clear();
        for (int place = 0; place < *links; place++)
            candidates.Add(new Edge(layer, target, links[place + 1], known[place]));
        candidates.AddRange(edges);
        candidates.Sort(static (x, y) => x.Similarity != y.Similarity ? y.Similarity.CompareTo(x.Similarity) : x.Source.CompareTo(y.Source));
        worker.Selection.Clear();
        foreach (Edge edge in candidates)
            if (!worker.Selection.Offer(edge.Source, edge.Similarity, _graph.Capacity(layer)))
                break;
        Store(target, layer, worker.Selection);
    }

    private void Store(int node, int layer, LinkSelection selection)
    {
        int* links = _graph.Links(node, layer);
        *links = selection.Count;
        selection.Nodes.CopyTo(new Span<int>(links + 1, selection.Count));
        selection.Similarities.CopyTo(new Span<float>(_known.Of(node, layer), selection.Count));
    }

    private readonly record struct Edge(int Layer, int Target, int Source, float Similarity) : IComparable<Edge>
    {
        public int CompareTo(Edge other) =>
            Layer != other.Layer ? Layer.CompareTo(other.Layer) : Target != other.Target ? Target.CompareTo(other.Target) : Source.CompareTo(other.Source);
    }

    private sealed class Worker(HnswGraph graph, EmbeddingStore store, DistinctVectors vectors, VectorCodes? codes) : IDisposable
    {
        internal HnswSearcher Search { get; } = new(graph, store, vectors, codes);

        internal LinkSelection Selection { get; } = new(store, vectors, 2 * graph.M);

        internal List<Edge> Candidates { get; } = [];

        public void Dispose()
        {
            Search.Dispose();
            Selection.Dispose();
        }
    }
}
