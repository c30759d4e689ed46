namespace Miwv.Retrieval;

/// <summary>From the best vectors of every vector to the best rows of every row: copies of the vector itself, the rules, and ties.</summary>
internal sealed class RowNeighbors(EmbeddingStore store, DistinctVectors vectors, CandidateTable candidates, NeighborRules rules, int k)
{
    private readonly Dictionary<int, List<int>> _vectorsOfGroup = GroupVectors(vectors);

    internal KnnGraph Collect(ParallelOptions parallel)
    {
        var graph = new KnnGraph(store.Count, k);
        Parallel.For(0, (vectors.Count + 63) / 64, parallel, chunk =>
        {
            var ids = new int[k];
            var cosines = new double[k];
            for (int vector = chunk * 64; vector < Math.Min(vectors.Count, (chunk + 1) * 64); vector++)
            {
                int found = candidates.Best(vector, ids, cosines);
                int[] sharing = Sharing(vector);
                double[] sharingCosines = Array.ConvertAll(sharing, other => Cosine(vector, other));
                double own = Cosine(vector, vector);
                foreach (int row in vectors.Members(vector))
                {
                    var best = new RowList(graph.NeighborSlots(row), graph.CosineSlots(row));
                    OfferMembers(ref best, row, vector, own);
                    for (int c = 0; c < found; c++)
                        OfferMembers(ref best, row, ids[c], cosines[c]);
                    for (int c = 0; c < sharing.Length; c++)
                        OfferMembers(ref best, row, sharing[c], sharingCosines[c]);
                }
            }
        });
        return graph;
    }

    private double Cosine(int a, int b) => store.Cosine(vectors.RowOf(a), vectors.RowOf(b));

    /// <summary>Members come in ascending order with equal cosines, so the first k that are allowed are the best of them.</summary>
    private void OfferMembers(ref RowList best, int row, int vector, double cosine)
    {
        int offered = 0;
        foreach (int member in vectors.Members(vector))
        {
            if (!rules.Allows(row, member))
                continue;
            if (!best.Offer(member, cosine) || ++offered == k)
                return;
        }
    }

    /// <summary>Vectors that share an identical group with this one; the tiles left them out.</summary>
    private int[] Sharing(int vector)
    {
        if (_vectorsOfGroup.Count == 0)
            return [];
        var sharing = new SortedSet<int>();
        foreach (int group in vectors.SharedGroups(vector))
            sharing.UnionWith(_vectorsOfGroup[group]);
        sharing.Remove(vector);
        return [.. sharing];
    }

    private static Dictionary<int, List<int>> GroupVectors(DistinctVectors vectors)
    {
        var byGroup = new Dictionary<int, List<int>>();
        for (int vector = 0; vector < vectors.Count; vector++)
        {
            foreach (int group in vectors.SharedGroups(vector))
            {
                if (!byGroup.TryGetValue(group, out List<int>? list))
                    byGroup[group] = list = [];
                list.Add(vector);
            }
        }
        return byGroup;
    }

    /// <summary>The k best rows so far, kept in order in the graph's own slots.</summary>
    private readonly ref struct RowList(Span<int> rows, Span<double> cosines)
    {
        private readonly Span<int> _rows = rows;
        private readonly Span<double> _cosines = cosines;

        /// <summary>False when the row is not among the k best.</summary>
        internal bool Offer(int row, double cosine)
        {
            int at = _rows.Length;
            while (at > 0 && IsBefore(row, cosine, at - 1))
                at--;
            if (at == _rows.Length)
                return false;
            _rows[at..^1].CopyTo(_rows[(at + 1)..]);
            _cosines[at..^1].CopyTo(_cosines[(at + 1)..]);
            (_rows[at], _cosines[at]) = (row, cosine);
            return true;
        }

        private bool IsBefore(int row, double cosine, int place) =>
            _rows[place] == KnnGraph.None || cosine > _cosines[place] || (cosine == _cosines[place] && row < _rows[place]);
    }
}
