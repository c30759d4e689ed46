namespace Miwv.Retrieval;

/// <summary>
/// Lloyd's k-means on the stored unit vectors, started by k-means++ (Arthur and Vassilvitskii, SODA 2007) on a sample. Same store, number of
/// clusters and seed: the same clusters, whatever the number of threads.
/// </summary>
public static class KMeans
{
    /// <param name="store">The vectors; zero rows belong to no cluster.</param>
    /// <param name="clusters">Number of clusters, 1 to the number of rows that are not zero.</param>
    /// <param name="seed">Draws the first centroids.</param>
    /// <param name="iterations">Assignments at most.</param>
    /// <param name="threads">Worker threads; 0 = one per core.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentException">More clusters than rows that are not zero.</exception>
    public static KMeansResult Run(EmbeddingStore store, int clusters, int seed, int iterations = 25, int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        int[] rows = [.. Enumerable.Range(0, store.Count).Where(row => !store.IsZero(row))];
        if (clusters > rows.Length)
            throw new ArgumentException($"{clusters} clusters of {rows.Length} rows that have a direction");
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };

        var centroids = new Centroids(store, CentroidSeeding.Choose(store, rows, clusters, seed, parallel));
        var assignment = new int[store.Count];
        Array.Fill(assignment, -1);
        var distances = new double[store.Count];
        for (int iteration = 1; ; iteration++)
        {
            bool changed = centroids.Assign(rows, assignment, distances, parallel);
            progress?.Report(iteration / (double)iterations);
            if (changed)
                centroids.Update(rows, assignment, distances, parallel);
            if (!changed || iteration == iterations)
                return new KMeansResult(assignment, centroids.Values, centroids.Sizes, rows.Sum(row => centroids.SquaredDistance(row, assignment[row])), iteration, !changed);
        }
    }
}
