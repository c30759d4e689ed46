using System.Globalization;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Tokens;

/// <summary>High-entropy sum: the entropies, in bits, of the answer's tokens of highest entropy, added up.</summary>
public sealed class HesMetric(double percent) : Metric
{
    public override MetricInfo Info { get; } = new("hes", "sum of the k % highest entropies among the answer's tokens, bits", Better.High, "OpenDataArena", "zero-shot, entropies")
    {
        Parameter = ("percent of the tokens", 0.5),
    };
    public override bool FormsRowByRow => true;
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"hes{percent}");

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) book.Want(book.ZeroShot(row), PassWants.Entropies);
    }

    public override MetricValues Compute(PassBook book, PassResults results) => EachTurn(book, results, row => Value(results.Entropies(book.ZeroShot(row)), percent));

    /// <summary>At least one token counts.</summary>
    public static double Value(ReadOnlySpan<float> entropies, double percent)
    {
        double sum = 0;
        foreach (float value in TokenShare.Highest(entropies, percent)) sum += value;
        return entropies.IsEmpty ? double.NaN : sum / Math.Log(2);
    }
}
