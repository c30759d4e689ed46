using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Tokens;

/// <summary>Uncertainty-based prediction difficulty (D3, arXiv 2503.11441): hard tokens count where the model is sure of itself.</summary>
public sealed class UpdMetric : Metric
{
    public override MetricInfo Info { get; } = new("upd", "mean of sigmoid(NLL) * max(0, 1 - H / ln V)", Better.High, "D3, arXiv 2503.11441", "zero-shot, per token, entropies");
    public override bool FormsRowByRow => true;

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) book.Want(book.ZeroShot(row), PassWants.LogProbs | PassWants.Entropies);
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        int vocabulary = book.Texts.Vocabulary.Size;
        return EachTurn(book, results, row => Value(results.LogProbs(book.ZeroShot(row)), results.Entropies(book.ZeroShot(row)), vocabulary));
    }

    public static double Value(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> entropies, int vocabulary)
    {
        double sum = 0;
        for (int i = 0; i < logProbs.Length; i++)
            sum += 1 / (1 + Math.Exp(logProbs[i])) * Math.Max(0, 1 - entropies[i] / Math.Log(vocabulary));
        return logProbs.IsEmpty ? double.NaN : sum / logProbs.Length;
    }
}
