using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>The scratch of one thread and the search of one layer at a time. Set the query, enter, then search layer by layer.</summary>
internal sealed unsafe class HnswSearcher : IDisposable
{
    private readonly HnswGraph _graph;
    private readonly CodeFilter? _filter;
    private readonly ulong[] _visited;
    private readonly int* _batch;
    private readonly float* _similarities;
    private int[] _touched = new int[1024];
    private int _touchedCount;

    /// <param name="graph">The links.</param>
    /// <param name="store">The vectors.</param>
    /// <param name="vectors">Which of them are nodes.</param>
    /// <param name="codes">Spare dot products where a wide beam is full, with the same result; null = none. Then queries are stored vectors only.</param>
    internal HnswSearcher(HnswGraph graph, EmbeddingStore store, DistinctVectors vectors, VectorCodes? codes = null)
    {
        _graph = graph;
        _filter = codes is null ? null : new CodeFilter(codes);
        _visited = new ulong[(graph.Nodes + 63) / 64];
        _batch = (int*)NativeMemory.Alloc((nuint)graph.BottomStride, sizeof(int));
        _similarities = (float*)NativeMemory.Alloc((nuint)graph.BottomStride, sizeof(float));
        Dots = new QueryDots(store, vectors);
    }

    /// <summary>The query and its dot products.</summary>
    internal QueryDots Dots { get; }

    /// <summary>What the last search found, best first.</summary>
    internal Beam Beam { get; } = new();

    public void Dispose()
    {
        NativeMemory.Free(_batch);
        NativeMemory.Free(_similarities);
        Dots.Dispose();
        _filter?.Dispose();
    }

    /// <summary>Makes a stored vector the query.</summary>
    internal void SetQuery(int node)
    {
        Dots.SetQuery(node);
        _filter?.SetQuery(node);
    }

    /// <summary>Walks greedily from the entry down to the layer above <paramref name="layer"/> and leaves the nearest node found in the beam.</summary>
    internal void Descend(int layer)
    {
        Enter(_graph.Entry);
        for (int above = _graph.Level(_graph.Entry); above > layer; above--)
            Search(above, 1);
    }

    /// <summary>Starts a search at one node.</summary>
    internal void Enter(int node)
    {
        Beam.Reset(1);
        Beam.Offer(node, Dots.Dot(node));
    }

    /// <summary>Widens the beam to the <paramref name="ef"/> nearest nodes of a layer that are reachable from what it holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Search(int layer, int ef)
    {
        Beam.Reopen(ef);
        for (int place = 0; place < Beam.Count; place++)
            MarkVisited(Beam.Node(place));
        while (Beam.TryExpand(out int node))
        {
            CodeFilter? filter = Beam.IsFull ? _filter : null;
            int* links = _graph.Links(node, layer);
            int count = 0;
            for (int* link = links + 1, end = link + *links; link < end; link++)
            {
                if (!MarkVisited(*link))
                    continue;
                if (filter is null)
                    Dots.Prefetch(*link);
                else
                    filter.Prefetch(*link);
                _batch[count++] = *link;
            }
            if (filter is not null)
                count = filter.Keep(_batch, count, Beam.Similarity(ef - 1));
            for (int i = 0; i < count; i++)
            {
                if (filter is not null)
                    Dots.Prefetch(_batch[i]);
                _graph.Prefetch(_batch[i], layer); // what comes into the beam is mostly expanded
            }
            Dots.Dots(_batch, count, _similarities);
            for (int i = 0; i < count; i++)
                Beam.Offer(_batch[i], _similarities[i]);
        }
        Forget();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MarkVisited(int node)
    {
        ref ulong word = ref _visited[node >> 6];
        ulong bit = 1UL << (node & 63);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        if (_touchedCount == _touched.Length)
            Array.Resize(ref _touched, 2 * _touched.Length);
        _touched[_touchedCount++] = node;
        return true;
    }

    private void Forget()
    {
        if (_touchedCount > _visited.Length)
            Array.Clear(_visited);
        else
            foreach (int node in _touched.AsSpan(0, _touchedCount))
                _visited[node >> 6] = 0;
        _touchedCount = 0;
    }
}
