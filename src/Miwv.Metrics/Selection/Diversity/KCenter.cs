using Miwv.Metrics.Selection.Vectors;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// k-center greedy (Gonzalez 1985; coreset selection arXiv 2305.09246, the pool step of DiverseEvol and MoDS): always the row farthest
/// from all chosen ones. At most twice the optimal radius.
/// </summary>
public static class KCenter
{
    /// <param name="ranked">Candidates that have a direction, best first; the first is chosen first, ties go to the earlier.</param>
    /// <param name="count">Rows to choose.</param>
    /// <returns>Chosen rows in the order in which they were chosen: every beginning of it is the selection of that size.</returns>
    public static int[] Select(EmbeddingStore store, ReadOnlySpan<int> ranked, int count, int threads = 1, CancellationToken cancel = default)
    {
        int[] rows = ranked.ToArray();
        var vectors = new RowVectors(store, rows);
        var chosen = new int[Math.Min(count, rows.Length)];
        // cosine to the nearest chosen row; the squared distance is 2 - 2 cos. Chosen rows are taken out by +inf.
        var nearest = new float[rows.Length];
        nearest.AsSpan().Fill(float.NegativeInfinity);
        var farthest = new int[RowChunks.Count(rows.Length)];
        int last = 0;
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = rows[last];
            nearest[last] = float.PositiveInfinity;
            if (i + 1 == chosen.Length) break;
            int center = last;
            RowChunks.Run(rows.Length, threads, (chunk, from, to) =>
            {
                var own = vectors[center];
                int best = from;
                for (int place = from; place < to; place++)
                {
                    nearest[place] = Math.Max(nearest[place], RowVectors.Dot(own, vectors[place]));
                    if (nearest[place] < nearest[best]) best = place;
                }
                farthest[chunk] = best;
            }, cancel);
            last = farthest[0];
            foreach (int place in farthest)
                if (nearest[place] < nearest[last]) last = place;
        }
        return chosen;
    }
}
