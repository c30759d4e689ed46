using System.Globalization;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Tokens;

/// <summary>Min-K% Prob (arXiv 2310.16789): mean log-prob of the k % least likely answer tokens. High = probably seen in training.</summary>
public sealed class MinKMetric(double percent) : Metric
{
    public override MetricInfo Info { get; } = new("min_k", "mean log-prob of the k % least likely answer tokens", Better.Low, "arXiv 2310.16789", "zero-shot, per token")
    {
        Parameter = ("percent of the tokens", 20),
    };
    public override bool FormsRowByRow => true;
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"min_k{percent}");

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) book.Want(book.ZeroShot(row), PassWants.LogProbs);
    }

    public override MetricValues Compute(PassBook book, PassResults results) => EachTurn(book, results, row => Value(results.LogProbs(book.ZeroShot(row)), percent));

    /// <summary>At least one token counts.</summary>
    public static double Value(ReadOnlySpan<float> logProbs, double percent)
    {
        var lowest = TokenShare.Lowest(logProbs, percent);
        double sum = 0;
        foreach (float value in lowest) sum += value;
        return lowest.IsEmpty ? double.NaN : sum / lowest.Length;
    }
}
