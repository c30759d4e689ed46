using System.Globalization;
using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Texts;

/// <summary>Mean cosine distance to the k nearest rows: how far a row lies from the others.</summary>
public sealed class KnnDistanceMetric(int k) : Metric
{
    public override MetricInfo Info { get; } = new("knn_distance", "mean of 1 - cos to the k nearest rows", Better.High, "InstructMining, arXiv 2307.06290", "none")
    {
        Parameter = ("neighbours", 6),
    };
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"knn_distance{k}");
    public override bool NeedsZeroShot => false;
    public override int Neighbors => k;

    public override MetricValues Compute(PassBook book, PassResults results) => Each(book, row =>
    {
        double sum = 0;
        int found = 0;
        foreach (double cosine in book.Neighbors!.Cosines(row)[..k])
        {
            if (double.IsNaN(cosine)) continue;
            sum += 1 - cosine;
            found++;
        }
        return found == 0 ? double.NaN : sum / found;
    });
}
