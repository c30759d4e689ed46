using Miwv.Retrieval;

namespace Miwv.Metrics.Influence;

/// <summary>
/// k-means on the few neighbours of one row, from their cosines alone (squared distance of unit vectors = 2 − 2 cos): start by farthest
/// point from the nearest neighbour on, then Lloyd. Nothing is random.
/// </summary>
internal sealed class ProbeClusters(EmbeddingStore store, int clusters)
{
    private const int Iterations = 15;

    /// <summary>Cluster of each of the rows.</summary>
    public int[] Assign(ReadOnlySpan<int> rows)
    {
        int n = rows.Length, k = Math.Min(clusters, n);
        var cosine = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = i; j < n; j++)
                cosine[i, j] = cosine[j, i] = store.Cosine(rows[i], rows[j]);
        int[] assignment = Start(cosine, n, k);
        for (int iteration = 0; iteration < Iterations && Move(cosine, assignment, k); iteration++) { }
        return assignment;
    }

    private static int[] Start(double[,] cosine, int n, int k)
    {
        var centers = new List<int> { 0 };
        while (centers.Count < k)
        {
            int farthest = -1;
            double least = double.PositiveInfinity;
            for (int i = 0; i < n; i++)
            {
                if (centers.Contains(i)) continue;
                double nearest = centers.Max(center => cosine[i, center]);
                if (nearest < least) (farthest, least) = (i, nearest);
            }
            centers.Add(farthest);
        }
        var assignment = new int[n];
        for (int i = 0; i < n; i++)
            for (int c = 1; c < k; c++)
                if (cosine[i, centers[c]] > cosine[i, centers[assignment[i]]]) assignment[i] = c;
        return assignment;
    }

    // One assignment to the nearest mean; |x − m|² = x·x − 2 mean(x·y) + mean(y·z) over the members y, z.
    private static bool Move(double[,] cosine, int[] assignment, int k)
    {
        int n = assignment.Length;
        var toMember = new double[n, k];
        var inside = new double[k];
        var sizes = new int[k];
        foreach (int c in assignment) sizes[c]++;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) toMember[i, assignment[j]] += cosine[i, j];
        for (int j = 0; j < n; j++) inside[assignment[j]] += toMember[j, assignment[j]];
        bool moved = false;
        for (int i = 0; i < n; i++)
        {
            int best = assignment[i];
            double least = Distance(i, best);
            for (int c = 0; c < k; c++)
                if (sizes[c] > 0 && Distance(i, c) < least - 1e-12) (best, least) = (c, Distance(i, c));
            moved |= best != assignment[i];
            assignment[i] = best;
        }
        return moved;

        double Distance(int i, int c) => inside[c] / ((double)sizes[c] * sizes[c]) - 2 * toMember[i, c] / sizes[c];
    }
}
