using Miwv.Metrics.Passes;
using Miwv.Retrieval;

namespace Miwv.Metrics.Influence;

/// <summary>Rows that stand for the data set: for each centroid of k-means over the embeddings the usable row nearest to it.</summary>
internal static class Anchors
{
    /// <returns>Ascending rows, each once; fewer than wanted if there are not as many different rows.</returns>
    public static int[] Choose(PassBook book, int count)
    {
        var store = book.Embeddings!;
        int[] candidates = [.. book.UsableRows().Where(row => !store.IsZero(row))];
        if (candidates.Length <= count) return candidates;
        int directions = Enumerable.Range(0, store.Count).Count(row => !store.IsZero(row));
        var clusters = KMeans.Run(store, Math.Min(count, directions), book.Seed, threads: book.Threads);
        int dimension = store.Dimension;
        var best = new int[clusters.Sizes.Length];
        var nearest = new double[best.Length];
        best.AsSpan().Fill(-1);
        var vector = new float[dimension];
        foreach (int row in candidates)
        {
            int cluster = clusters.Assignment[row];
            store.CopyRow(row, vector);
            double distance = 0;
            for (int d = 0; d < dimension; d++)
            {
                double difference = vector[d] - clusters.Centroids[cluster * dimension + d];
                distance += difference * difference;
            }
            if (best[cluster] >= 0 && distance >= nearest[cluster]) continue;
            (best[cluster], nearest[cluster]) = (row, distance);
        }
        return [.. best.Where(row => row >= 0).Order()];
    }
}
