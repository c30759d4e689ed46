using Miwv.Metrics.Selection.Vectors;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>DEITA's and wICI's filter: rows in rank order, each kept if its cosine to every row kept before is below a cap.</summary>
public static class CosineCap
{
    // closer to the cap than fp32 dots are exact, the fp64 cosine decides
    private const float Doubt = 1e-5f;

    /// <param name="ranked">Rows, best first.</param>
    /// <param name="count">Most rows to keep.</param>
    /// <param name="cap">Rows at or above this cosine to a kept row are passed over.</param>
    /// <returns>The kept rows, best first.</returns>
    public static int[] Select(EmbeddingStore store, ReadOnlySpan<int> ranked, int count, double cap, CancellationToken cancel = default)
    {
        int[] rows = ranked.ToArray();
        var vectors = new RowVectors(store, rows);
        var kept = new List<int>(Math.Min(count, rows.Length));
        for (int place = 0; place < rows.Length && kept.Count < count; place++)
        {
            if ((place & 255) == 0) cancel.ThrowIfCancellationRequested();
            if (IsFar(store, rows, vectors, kept, place, cap)) kept.Add(place);
        }
        return [.. kept.Select(place => rows[place])];
    }

    private static bool IsFar(EmbeddingStore store, int[] rows, RowVectors vectors, List<int> kept, int place, double cap)
    {
        var own = vectors[place];
        foreach (int other in kept)
        {
            float cosine = RowVectors.Dot(own, vectors[other]);
            if (cosine < cap - Doubt) continue;
            if (cosine > cap + Doubt || store.Cosine(rows[place], rows[other]) >= cap) return false;
        }
        return true;
    }
}
