namespace Miwv.Engine.Results;

/// <summary>What a summary says of a metric.</summary>
/// <param name="Rows">Rows that have a value.</param>
/// <param name="Missing">Rows with status ok that have none.</param>
/// <param name="TokensAlone">Tokens of its passes in a loop without sharing.</param>
public sealed record MetricSummary(string Name, int Rows, int Missing, double? Mean, double? Lowest, double? Highest, IReadOnlyDictionary<string, double> Totals, int PassesAlone, long TokensAlone)
{
    public static MetricSummary Of(MetricColumn column, ScoreTable scores)
    {
        double[] values = [.. column.Values.Where(double.IsFinite)];
        int missing = Enumerable.Range(0, scores.Count).Count(i => scores.IsScored(i) && !double.IsFinite(column.Values[i]));
        return new MetricSummary(column.Field, values.Length, missing,
            values.Length == 0 ? null : values.Average(), values.Length == 0 ? null : values.Min(), values.Length == 0 ? null : values.Max(),
            column.Result.Totals.ToDictionary(total => total.Name, total => total.Value), column.PassesAlone, column.TokensAlone);
    }
}
