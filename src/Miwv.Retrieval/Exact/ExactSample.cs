namespace Miwv.Retrieval;

/// <summary>The exact neighbours of some vectors only, against all; blocks of vectors stay in cache while every sampled one passes over them.</summary>
internal static class ExactSample
{
    private const int BlockBytes = 256 << 10;

    internal static KnnGraph Run(EmbeddingStore store, DistinctVectors vectors, VectorRules vectorRules, NeighborRules rules, int[] sample, int k, ParallelOptions parallel)
    {
        var candidates = new CandidateTable(store, vectors, vectorRules, Math.Clamp(k, 1, Math.Max(1, vectors.Count - 1)), ScoreBound.Of(store, vectors, parallel));
        int block = Math.Max(16, BlockBytes / store.RowBytes);
        using var dots = new ThreadLocal<QueryDots>(() => new QueryDots(store, vectors), trackAllValues: true);
        try
        {
            Parallel.For(0, (vectors.Count + block - 1) / block, parallel, part => Offer(dots.Value!, candidates, sample, part * block, Math.Min(block, vectors.Count - part * block)));
        }
        finally
        {
            foreach (QueryDots queries in dots.Values)
                queries.Dispose();
        }
        return new RowNeighbors(store, vectors, vectorRules, rules, k).Collect(candidates.Best, parallel, sample);
    }

    private static unsafe void Offer(QueryDots dots, CandidateTable candidates, int[] sample, int first, int count)
    {
        var ids = new int[count];
        var scores = new float[count];
        for (int i = 0; i < count; i++)
            ids[i] = first + i;
        fixed (int* id = ids)
        fixed (float* score = scores)
        {
            foreach (int vector in sample)
            {
                dots.SetQuery(vector);
                dots.Dots(id, count, score);
                for (int i = 0; i < count; i++)
                    if (score[i] >= candidates.Thresholds[vector] && ids[i] != vector)
                        candidates.Offer(vector, ids[i], score[i]);
            }
        }
    }
}
