namespace Miwv.Retrieval;

/// <summary>How far an f32 score can be from the fp64 dot product it stands for.</summary>
internal static class ScoreBound
{
    /// <summary>
    /// Bound on |f32 tile value - fp64 dot|: a sum of d rounded products errs by at most d·u/(1 - d·u)·|a||b|, u = 2^-24, in any order
    /// (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), fused or not; a thousandth is added for the fp64 side.
    /// </summary>
    internal static double Of(EmbeddingStore store, DistinctVectors vectors, ParallelOptions parallel)
    {
        double largest = 0;
        object gate = new();
        Parallel.For(0, (vectors.Count + 255) / 256, parallel, chunk =>
        {
            double local = 0;
            for (int v = chunk * 256; v < Math.Min(vectors.Count, (chunk + 1) * 256); v++)
                local = Math.Max(local, store.Cosine(vectors.FirstRows[v], vectors.FirstRows[v]));
            lock (gate)
                largest = Math.Max(largest, local);
        });
        double roundings = (store.Dimension + 1) * Math.ScaleB(1, -24);
        return roundings / (1 - roundings) * largest * 1.001 + 1e-12;
    }
}
