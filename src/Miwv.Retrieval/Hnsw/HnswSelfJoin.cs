namespace Miwv.Retrieval;

/// <summary>
/// Searches from every node for its own nearest: no descent is needed, a node's links already lie around it. Candidates that the rules
/// exclude only lead the way; when too few others are found the beam is widened, to an exhaustive scan at last.
/// </summary>
internal sealed class HnswSelfJoin : IDisposable
{
    // f32 similarities order the beam; this many more than k are judged in fp64
    private const int Spare = 4;

    private readonly EmbeddingStore _store;
    private readonly DistinctVectors _vectors;
    private readonly HnswGraph _graph;
    private readonly VectorRules _rules;
    private readonly int _ef;
    private readonly IProgress<double>? _progress;
    private readonly ThreadLocal<HnswSearcher> _searchers;
    private int _done;

    internal HnswSelfJoin(EmbeddingStore store, DistinctVectors vectors, HnswGraph graph, VectorRules rules, int ef, IProgress<double>? progress)
    {
        (_store, _vectors, _graph, _rules, _ef, _progress) = (store, vectors, graph, rules, ef, progress);
        _searchers = new ThreadLocal<HnswSearcher>(() => new HnswSearcher(graph, store, vectors), trackAllValues: true);
    }

    public void Dispose()
    {
        foreach (HnswSearcher searcher in _searchers.Values)
            searcher.Dispose();
        _searchers.Dispose();
    }

    internal int Best(int vector, Span<int> ids, Span<double> cosines)
    {
        var best = new BestCandidates(ids, cosines, _rules.FirstEligible);
        HnswSearcher searcher = _searchers.Value!;
        searcher.Dots.SetQuery(vector);
        int wanted = Math.Min(ids.Length, _rules.EligibleVectors - (_rules.FirstEligible[vector] == int.MaxValue ? 0 : 1));
        bool enough = wanted <= 0;
        for (int ef = Math.Max(_ef, ids.Length + Spare + 1); !enough && ef < _graph.Nodes; ef *= 4)
        {
            best.Clear();
            searcher.Enter(vector);
            searcher.Search(0, ef);
            int judged = 0;
            for (int place = 0; place < searcher.Beam.Count && judged < ids.Length + Spare; place++)
            {
                int candidate = searcher.Beam.Node(place);
                if (candidate == vector || !_rules.Allows(vector, candidate))
                    continue;
                judged++;
                best.Offer(candidate, Cosine(vector, candidate));
            }
            enough = best.Count >= wanted;
        }
        if (!enough)
        {
            best.Clear();
            for (int candidate = 0; candidate < _graph.Nodes; candidate++)
                if (candidate != vector && _rules.Allows(vector, candidate))
                    best.Offer(candidate, Cosine(vector, candidate));
        }
        int done = Interlocked.Increment(ref _done);
        if (_progress is not null && (done & 1023) == 0)
            _progress.Report(done / (double)_graph.Nodes);
        return best.Count;
    }

    private double Cosine(int a, int b) => _store.Cosine(_vectors.FirstRows[a], _vectors.FirstRows[b]);
}
