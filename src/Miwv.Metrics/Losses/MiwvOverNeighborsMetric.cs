using System.Globalization;
using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>MIWV averaged over the k nearest neighbours, with the standard error: one noisy neighbour no longer decides.</summary>
public sealed class MiwvOverNeighborsMetric(int k) : Metric
{
    private int[][] passes = [];

    public override MetricInfo Info { get; } = new("miwv_k", "mean over the k nearest d of L(y|d,x) - L(y|x), and its standard error", Better.High, "arXiv 2511.07074, k above 1 is ours", "zero-shot, k one-shot")
    {
        Parameter = ("k, neighbours", 5),
    };
    public override bool FormsRowByRow => true;
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"miwv_k{k}");
    public override int Neighbors => k;
    public override bool NeedsOneShot => true;

    public override void AddPasses(PassBook book)
    {
        passes = new int[book.Rows][];
        foreach (int row in book.UsableRows())
        {
            book.ZeroShot(row);
            var own = new List<int>(k);
            foreach (int demonstration in book.Neighbors!.Neighbors(row)[..k])
                if (demonstration >= 0 && book.OneShot(demonstration, row) is >= 0 and var pass) own.Add(pass);
            passes[row] = [.. own];
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var error = new double[book.Rows];
        error.AsSpan().Fill(double.NaN);
        var values = EachTurn(book, results, row =>
        {
            double zeroShot = results.Loss(book.ZeroShot(row));
            var (mean, standardError) = MeanAndError([.. passes[row].Select(pass => MiwvMetric.Value(zeroShot, results.Loss(pass)))]);
            error[row] = standardError;
            return mean;
        });
        // the deviation of a sum over turns is not known from those of the turns
        if (book.Turns.Rule == TurnRule.Sum)
            foreach (int row in values.Turns.Keys) error[row] = double.NaN;
        return values with { Details = [(Field + "_se", error)] };
    }

    /// <summary>Mean and its standard error (sample deviation / sqrt n); no mean of nothing, no error of one.</summary>
    public static (double Mean, double Error) MeanAndError(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return (double.NaN, double.NaN);
        double mean = 0, squares = 0;
        foreach (double value in values) mean += value;
        mean /= values.Length;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, values.Length == 1 ? double.NaN : Math.Sqrt(squares / (values.Length - 1) / values.Length));
    }
}
