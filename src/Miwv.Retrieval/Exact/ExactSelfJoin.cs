namespace Miwv.Retrieval;

/// <summary>
/// The k nearest rows of every row by exhaustive search. f32 tiles find every pair that can matter (within the proven rounding bound of the
/// best), fp64 decides: the result is that of an fp64 brute force over the stored vectors, whatever the CPU and the number of threads.
/// </summary>
public static class ExactSelfJoin
{
    /// <param name="store">The vectors.</param>
    /// <param name="k">Neighbours per row, at least 1.</param>
    /// <param name="rules">Who may be whose neighbour.</param>
    /// <param name="threads">Worker threads; 0 = one per core.</param>
    /// <param name="progress">Gets the finished share of the work, 0 to 1.</param>
    /// <param name="cancellation">Stops the work within milliseconds.</param>
    /// <returns>Best first: highest fp64 dot product of the stored vectors, ties to the lower row.</returns>
    /// <exception cref="ArgumentException">The rules are for another number of rows.</exception>
    public static KnnGraph Run(EmbeddingStore store, int k, NeighborRules rules, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (Avx512TileKernel.IsSupported)
            return Run<Avx512TileKernel>(store, k, rules, threads, progress, cancellation);
        return Avx2TileKernel.IsSupported
            ? Run<Avx2TileKernel>(store, k, rules, threads, progress, cancellation)
            : Run<Vector128TileKernel>(store, k, rules, threads, progress, cancellation);
    }

    internal static KnnGraph Run<TKernel>(EmbeddingStore store, int k, NeighborRules rules, int threads, IProgress<double>? progress, CancellationToken cancellation)
        where TKernel : struct, ITileKernel
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        rules.CheckRows(store.Count);
        if (threads <= 0)
            threads = Environment.ProcessorCount;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };

        var vectors = DistinctVectors.Of(store, parallel);
        var vectorRules = new VectorRules(vectors, rules);
        var candidates = new CandidateTable(store, vectors, vectorRules, Math.Clamp(k, 1, Math.Max(1, vectors.Count - 1)), ScoreError(store, vectors, parallel), SelfJoinTiles<TKernel>.Padding);
        new SelfJoinTiles<TKernel>(store, vectors, candidates, threads).Run(progress, parallel);
        return new RowNeighbors(store, vectors, vectorRules, rules, k).Collect(candidates.Best, parallel);
    }

    /// <summary>
    /// Bound on |f32 tile value - fp64 dot|: a sum of d rounded products errs by at most d·u/(1 - d·u)·|a||b|, u = 2^-24, in any order
    /// (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), fused or not; a thousandth is added for the fp64 side.
    /// </summary>
    private static double ScoreError(EmbeddingStore store, DistinctVectors vectors, ParallelOptions parallel)
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
