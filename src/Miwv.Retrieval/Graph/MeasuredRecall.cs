namespace Miwv.Retrieval;

/// <summary>How much of the truth an approximate graph holds, on a random sample of rows; a neighbour with the same cosine as the true one counts as found.</summary>
/// <param name="At1">Share of sampled rows whose nearest row was found.</param>
/// <param name="AtK">Share of the k nearest rows that were found.</param>
/// <param name="K">Neighbours per row.</param>
/// <param name="SampledRows">Rows in the sample that have a neighbour.</param>
public sealed record MeasuredRecall(double At1, double AtK, int K, int SampledRows)
{
    // below this difference two fp64 cosines are the same up to the rounding of their sums
    private const double Same = 1e-12;

    internal static MeasuredRecall Of(KnnGraph approximate, KnnGraph exact, IEnumerable<int> rows)
    {
        int sampled = 0, first = 0;
        long found = 0, wanted = 0;
        foreach (int row in rows)
        {
            ReadOnlySpan<double> truth = exact.Cosines(row), seen = approximate.Cosines(row);
            int present = exact.Neighbors(row).IndexOf(KnnGraph.None);
            if (present < 0)
                present = exact.K;
            if (present == 0)
                continue;
            sampled++;
            wanted += present;
            if (seen[0] >= truth[0] - Same)
                first++;
            for (int place = 0; place < present && seen[place] >= truth[present - 1] - Same; place++)
                found++;
        }
        return sampled == 0 ? new MeasuredRecall(1, 1, exact.K, 0) : new MeasuredRecall(first / (double)sampled, found / (double)wanted, exact.K, sampled);
    }
}
