namespace Miwv.Retrieval.Tests;

/// <summary>The oracle: every pair in fp64, sorted by cosine and then by row; shares nothing with the library but the stored vectors.</summary>
internal static class BruteForce
{
    internal static (int Row, double Cosine)[][] Neighbors(EmbeddingStore store, int k, NeighborRules rules)
    {
        var rows = new float[store.Count][];
        for (int i = 0; i < rows.Length; i++)
            store.CopyRow(i, rows[i] = new float[store.Dimension]);
        return [.. rows.Select((row, i) => rows
            .Select((other, j) => (Row: j, Cosine: Dot(row, other)))
            .Where(pair => pair.Row != i && Allowed(rules, i, pair.Row) && row.Any(x => x != 0) && rows[pair.Row].Any(x => x != 0))
            .OrderByDescending(pair => pair.Cosine).ThenBy(pair => pair.Row)
            .Take(k).ToArray())];
    }

    /// <summary>fp64 in the order of summation the library documents (16 lanes and a tree), so that equal means equal bits.</summary>
    internal static double Dot(float[] a, float[] b)
    {
        var lanes = new double[16];
        for (int d = 0; d < a.Length; d++)
            lanes[d % 16] += (double)a[d] * b[d];
        for (int width = 8; width > 0; width /= 2)
            for (int lane = 0; lane < width; lane++)
                lanes[lane] += lanes[lane + width];
        return lanes[0];
    }

    private static bool Allowed(NeighborRules rules, int row, int candidate) =>
        rules.MayBeNeighbor?[candidate] != false
        && (rules.IdenticalGroup is not { } group || group[row] < 0 || group[row] != group[candidate]);

    internal static void AssertEqual(EmbeddingStore store, KnnGraph graph, int k, NeighborRules rules)
    {
        (int Row, double Cosine)[][] expected = Neighbors(store, k, rules);
        for (int row = 0; row < store.Count; row++)
        {
            int[] ids = [.. expected[row].Select(n => n.Row), .. Enumerable.Repeat(KnnGraph.None, k - expected[row].Length)];
            double[] cosines = [.. expected[row].Select(n => n.Cosine), .. Enumerable.Repeat(double.NaN, k - expected[row].Length)];
            Assert.True(ids.AsSpan().SequenceEqual(graph.Neighbors(row)), $"row {row}: [{string.Join(' ', ids)}] != [{string.Join(' ', graph.Neighbors(row).ToArray())}]");
            Assert.Equal(cosines, graph.Cosines(row).ToArray());
        }
    }
}
