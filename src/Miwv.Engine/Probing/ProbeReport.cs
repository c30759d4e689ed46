using Miwv.Engine.Results;
using Miwv.Metrics;
using Miwv.Metrics.Comparison;

namespace Miwv.Engine.Probing;

/// <summary>How a metric treats planted noise. 1 = it would select all spoilt rows first, 0.5 = blind, 0 = it avoids them all.</summary>
/// <param name="Roc">Area under the ROC curve, spoilt rows of any kind against the untouched.</param>
/// <param name="PrecisionRecall">Area under the precision-recall curve; the share of spoilt rows is what chance gives.</param>
/// <param name="RocOfKind">The same as <paramref name="Roc"/> for each kind against the untouched.</param>
public sealed record ProbeReport(string Metric, double Roc, double PrecisionRecall, IReadOnlyDictionary<NoiseKind, double> RocOfKind)
{
    /// <summary>One report per metric of the run, then the baselines: answer length and chance.</summary>
    public static IReadOnlyList<ProbeReport> Of(ScoreTable scores, NoiseKind[] kinds, int seed)
    {
        var random = new Random(seed);
        List<(string, double[])> columns =
        [
            .. scores.Metrics.Select(m => (m.Field, m.Info.Better == Better.High ? m.Values : Array.ConvertAll(m.Values, value => -value))),
            ("longest answer", [.. Enumerable.Range(0, scores.Count).Select(row => scores.Status[row] == RowStatus.Ok ? scores.AnswerTokens[row] : double.NaN)]),
            ("random", [.. Enumerable.Range(0, scores.Count).Select(row => scores.Status[row] == RowStatus.Ok ? random.NextDouble() : double.NaN)]),
        ];
        return [.. columns.Select(column => Of(column.Item1, column.Item2, kinds))];
    }

    private static ProbeReport Of(string name, double[] values, NoiseKind[] kinds)
    {
        bool[] spoilt = [.. kinds.Select(kind => kind != NoiseKind.None)];
        double OfKind(NoiseKind kind)
        {
            double[] kept = [.. values.Select((value, row) => kinds[row] == kind || kinds[row] == NoiseKind.None ? value : double.NaN)];
            return RankStatistics.AreaUnderRoc(kept, spoilt);
        }
        return new ProbeReport(name, RankStatistics.AreaUnderRoc(values, spoilt), RankStatistics.AveragePrecision(values, spoilt),
            kinds.Where(kind => kind != NoiseKind.None).Distinct().Order().ToDictionary(kind => kind, OfKind));
    }
}
