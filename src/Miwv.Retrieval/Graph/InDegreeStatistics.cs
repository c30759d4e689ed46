namespace Miwv.Retrieval;

/// <summary>How often rows are chosen as neighbours: a few hubs and many orphans are normal in high dimensions (Radovanović et al., JMLR 2010).</summary>
/// <param name="Counts">Per row: how many rows have it among their k neighbours.</param>
/// <param name="Maximum">The highest count.</param>
/// <param name="MaximumRow">The lowest row with that count; -1 without rows.</param>
/// <param name="NeverChosen">Rows nobody has.</param>
/// <param name="Mean">Mean count.</param>
/// <param name="Skewness">Third standardised moment of the counts, the usual measure of hubness; 0 when all are equal.</param>
public sealed record InDegreeStatistics(IReadOnlyList<int> Counts, int Maximum, int MaximumRow, int NeverChosen, double Mean, double Skewness)
{
    /// <summary>Counts over all k places of a graph.</summary>
    public static InDegreeStatistics Of(KnnGraph graph)
    {
        var counts = new int[graph.Rows];
        for (int row = 0; row < graph.Rows; row++)
            foreach (int neighbor in graph.Neighbors(row))
                if (neighbor != KnnGraph.None)
                    counts[neighbor]++;
        if (counts.Length == 0)
            return new InDegreeStatistics(counts, 0, -1, 0, 0, 0);
        int maximum = counts.Max();
        double mean = counts.Average();
        double second = counts.Average(c => (c - mean) * (c - mean)), third = counts.Average(c => (c - mean) * (c - mean) * (c - mean));
        double skewness = second > 0 ? third / Math.Pow(second, 1.5) : 0;
        return new InDegreeStatistics(counts, maximum, Array.IndexOf(counts, maximum), counts.Count(c => c == 0), mean, skewness);
    }
}
