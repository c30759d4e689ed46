using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// Facility location (Superfiltering.D, arXiv 2402.00530) by lazy greedy (Minoux 1978): rows such that every candidate has a chosen row near
/// it, f(S) = Σ_i max (1 + cos(i,s)) / 2 over the chosen s among i itself and its k nearest candidates. Rows farther than that do not
/// represent i (sparsification as in Wei, Iyer and Bilmes 2014); with k = all rows it is the dense function. Memory is k numbers a row.
/// </summary>
public static class FacilityLocation
{
    /// <summary>Neighbours that may represent a row.</summary>
    public const int Nearest = 64;

    /// <param name="ranked">Candidates; ties go to the earlier.</param>
    /// <param name="count">Rows to choose.</param>
    /// <param name="nearest">k.</param>
    /// <returns>Chosen rows in the order in which they were chosen: every beginning of it is the selection of that size.</returns>
    public static int[] Select(EmbeddingStore store, ReadOnlySpan<int> ranked, int count, int nearest = Nearest, int threads = 1, CancellationToken cancel = default)
    {
        int[] rows = ranked.ToArray();
        if (rows.Length == 0) return [];
        var represents = Represents(store, rows, Math.Min(nearest, store.Count), threads, cancel);
        var covered = new float[rows.Length];
        var queue = new PriorityQueue<int, (double, int)>(rows.Length);
        for (int place = 0; place < rows.Length; place++) queue.Enqueue(place, (-Gain(represents[place], covered), place));
        var chosen = new int[Math.Min(count, rows.Length)];
        for (int i = 0; i < chosen.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            while (true)
            {
                queue.TryPeek(out int best, out var stale);
                // a stale gain is an upper bound: covered only grows
                double gain = Gain(represents[best], covered);
                if (gain >= -stale.Item1) break;
                queue.DequeueEnqueue(best, (-gain, best));
                if (queue.Peek() == best) break;
            }
            int next = queue.Dequeue();
            chosen[i] = rows[next];
            foreach (var (place, similarity) in represents[next]) covered[place] = Math.Max(covered[place], similarity);
        }
        return chosen;
    }

    // For each candidate the places it can represent, ascending: itself and those that have it among their nearest.
    private static (int Place, float Similarity)[][] Represents(EmbeddingStore store, int[] rows, int nearest, int threads, CancellationToken cancel)
    {
        var placeOf = new int[store.Count];
        placeOf.AsSpan().Fill(-1);
        for (int place = 0; place < rows.Length; place++) placeOf[rows[place]] = place;
        var graph = ExactSelfJoin.Run(store, nearest, new NeighborRules(null, Array.ConvertAll(placeOf, place => place >= 0)), threads, null, cancel);
        var lists = new List<(int, float)>[rows.Length];
        for (int place = 0; place < rows.Length; place++) lists[place] = [];
        for (int place = 0; place < rows.Length; place++)
        {
            lists[place].Add((place, 1));
            for (int i = 0; i < nearest; i++)
                if (graph.Neighbors(rows[place])[i] is >= 0 and var other) lists[placeOf[other]].Add((place, Similarity(graph.Cosines(rows[place])[i])));
        }
        return Array.ConvertAll(lists, list => list.ToArray());
    }

    private static double Gain((int Place, float Similarity)[] represented, float[] covered)
    {
        double gain = 0;
        foreach (var (place, similarity) in represented) gain += Math.Max(0, similarity - covered[place]);
        return gain;
    }

    private static float Similarity(double cosine) => (float)Math.Clamp((1 + cosine) / 2, 0, 1);
}
