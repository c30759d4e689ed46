using Miwv.Metrics.Selection.Vectors;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// Dataset quantization (arXiv 2308.10524): the candidates are divided into bins, each filled greedily by the graph-cut gain
/// Σ_all cos(·,x) − 2 Σ_{s in the bin} cos(s,x), "all" being what the bins before left; then every bin gives the same number of rows
/// at random. Both sums are dot products with a sum of vectors, so a gain costs one dot product.
/// </summary>
public static class GraphCutBins
{
    /// <param name="ranked">Candidates that have a direction; ties go to the earlier.</param>
    /// <param name="bins">10 in the paper.</param>
    /// <returns>Rows, one bin after the other in turn: every beginning of it is spread over the bins.</returns>
    public static int[] Select(EmbeddingStore store, ReadOnlySpan<int> ranked, int count, int bins, int seed, int threads = 1, CancellationToken cancel = default)
    {
        var random = new Random(seed);
        var filled = Fill(store, ranked.ToArray(), bins, threads, cancel);
        foreach (int[] bin in filled) random.Shuffle(bin);
        var chosen = new List<int>(Math.Min(count, ranked.Length));
        for (int round = 0; chosen.Count < Math.Min(count, ranked.Length); round++)
            foreach (int[] bin in filled)
                if (round < bin.Length && chosen.Count < count) chosen.Add(bin[round]);
        return [.. chosen];
    }

    /// <summary>The bins, each in the order in which it was filled; sizes differ by one at most.</summary>
    public static IReadOnlyList<int[]> Fill(EmbeddingStore store, int[] rows, int bins, int threads = 1, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        bins = Math.Min(bins, Math.Max(1, rows.Length)); // the others would be empty
        var vectors = new RowVectors(store, rows);
        var left = Enumerable.Range(0, rows.Length).ToHashSet();
        var filled = new List<int[]>(bins);
        for (int bin = 0; bin < bins; bin++)
        {
            int size = rows.Length / bins + (bin < rows.Length % bins ? 1 : 0);
            int[] places = new GraphCutGreedy(vectors, [.. left.Order()], threads).Take(size, cancel);
            left.ExceptWith(places);
            filled.Add([.. places.Select(place => rows[place])]);
        }
        return filled;
    }
}
