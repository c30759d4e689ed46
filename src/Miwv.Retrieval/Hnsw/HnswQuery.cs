using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>One search for a vector from outside the store, answered in rows.</summary>
internal sealed class HnswQuery(EmbeddingStore store, DistinctVectors vectors, HnswGraph graph) : IDisposable
{
    private readonly HnswSearcher _searcher = new(graph, store, vectors);

    public void Dispose() => _searcher.Dispose();

    internal IReadOnlyList<(int Row, double Cosine)> Run(ReadOnlySpan<float> query, int k, Func<int, bool>? filter, int ef)
    {
        var unit = new float[query.Length];
        VectorEncoding.Encode(query, StoreType.F32, MemoryMarshal.AsBytes(unit.AsSpan()));
        if (unit.AsSpan().IndexOfAnyExcept(0f) < 0)
            throw new ArgumentException("a zero vector has no direction to search in", nameof(query));
        if (graph.Nodes == 0)
            return [];
        _searcher.Dots.SetQuery(unit);
        for (ef = Math.Max(ef, k); ef < graph.Nodes; ef *= 4)
        {
            _searcher.Descend(0);
            _searcher.Search(0, ef);
            var nodes = new int[_searcher.Beam.Count];
            for (int place = 0; place < nodes.Length; place++)
                nodes[place] = _searcher.Beam.Node(place);
            List<(int Row, double Cosine)> rows = RowsOf(nodes, unit, k, filter);
            if (rows.Count == k)
                return rows;
        }
        var all = new int[graph.Nodes];
        for (int node = 0; node < all.Length; node++)
            all[node] = node;
        return RowsOf(all, unit, k, filter);
    }

    private List<(int Row, double Cosine)> RowsOf(int[] nodes, float[] unit, int k, Func<int, bool>? filter)
    {
        var rows = new List<(int Row, double Cosine)>();
        var vector = new float[unit.Length];
        foreach (int node in nodes)
        {
            store.CopyRow(vectors.FirstRows[node], vector);
            double cosine = ExactDot.Of(unit, vector);
            foreach (int row in vectors.Members(node))
                if (filter is null || filter(row))
                    rows.Add((row, cosine));
        }
        rows.Sort(static (x, y) => x.Cosine != y.Cosine ? y.Cosine.CompareTo(x.Cosine) : x.Row.CompareTo(y.Row));
        if (rows.Count > k)
            rows.RemoveRange(k, rows.Count - k);
        return rows;
    }
}
