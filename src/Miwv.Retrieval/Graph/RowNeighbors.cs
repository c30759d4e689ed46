namespace Miwv.Retrieval;

/// <summary>From the best vectors of every vector to the best rows of every row: copies of the vector itself, the rules, and ties.</summary>
internal sealed class RowNeighbors(EmbeddingStore store, DistinctVectors vectors, VectorRules vectorRules, NeighborRules rules, int k)
{
    private readonly OfferedMembers offeredMembers = new(vectors, rules, k);

    /// <summary>Fills in the best other vectors of a vector with their fp64 cosines, best first, and returns how many. Called from many threads, each vector once.</summary>
    internal delegate int BestVectors(int vector, Span<int> ids, Span<double> cosines);

    /// <summary>The graph of all rows, or of the rows of some vectors only (the others stay empty).</summary>
    internal KnnGraph Collect(BestVectors bestVectors, ParallelOptions parallel, int[]? only = null)
    {
        var graph = new KnnGraph(store.Count, k);
        int count = only?.Length ?? vectors.Count;
        Parallel.For(0, (count + 63) / 64, parallel, chunk =>
        {
            var ids = new int[k];
            var cosines = new double[k];
            for (int place = chunk * 64; place < Math.Min(count, (chunk + 1) * 64); place++)
            {
                int vector = only?[place] ?? place;
                int found = bestVectors(vector, ids, cosines);
                int[] sharing = vectorRules.Sharing(vector);
                double[] sharingCosines = Array.ConvertAll(sharing, other => Cosine(vector, other));
                double own = Cosine(vector, vector);
                foreach (int row in vectors.Members(vector))
                {
                    var best = new BestCandidates(graph.NeighborSlots(row), graph.CosineSlots(row), default);
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

    private double Cosine(int a, int b) => store.Cosine(vectors.FirstRows[a], vectors.FirstRows[b]);

    /// <summary>Members come in ascending order with equal cosines, so the first k that are allowed are the best of them.</summary>
    private void OfferMembers(ref BestCandidates best, int row, int vector, double cosine)
    {
        int offered = 0;
        foreach (int member in offeredMembers.Of(vector))
        {
            if (!rules.Allows(row, member))
                continue;
            if (!best.Offer(member, cosine) || ++offered == k)
                return;
        }
    }
}
