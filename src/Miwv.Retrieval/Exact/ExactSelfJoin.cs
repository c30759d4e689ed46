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
        var candidates = new CandidateTable(store, vectors, vectorRules, Math.Clamp(k, 1, Math.Max(1, vectors.Count - 1)), ScoreBound.Of(store, vectors, parallel));
        new SelfJoinTiles<TKernel>(store, vectors, candidates, threads).Run(progress, parallel);
        return new RowNeighbors(store, vectors, vectorRules, rules, k).Collect(candidates.Best, parallel);
    }

    /// <summary>Runs all pairs of vectors past a sink, on the widest kernel this CPU has.</summary>
    internal static void RunTiles(EmbeddingStore store, DistinctVectors vectors, PairSink sink, int threads, IProgress<double>? progress, ParallelOptions parallel)
    {
        if (Avx512TileKernel.IsSupported)
            new SelfJoinTiles<Avx512TileKernel>(store, vectors, sink, threads).Run(progress, parallel);
        else if (Avx2TileKernel.IsSupported)
            new SelfJoinTiles<Avx2TileKernel>(store, vectors, sink, threads).Run(progress, parallel);
        else
            new SelfJoinTiles<Vector128TileKernel>(store, vectors, sink, threads).Run(progress, parallel);
    }
}
