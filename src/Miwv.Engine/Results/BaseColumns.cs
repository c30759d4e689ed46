using Miwv.Metrics;

namespace Miwv.Engine.Results;

/// <summary>What a line of scores.jsonl has whatever metrics a run computes: a selection can go by it without computing more.</summary>
public static class BaseColumns
{
    private static readonly MetricInfo AnswerTokens = new("n_answer", "scored tokens", Better.High, "", "none");
    private static readonly MetricInfo Cosine = new("cosine", "cosine to the nearest neighbour", Better.High, "", "none");

    /// <summary>Those that have values in a run of some metrics.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<Metric> metrics)
    {
        bool zero = metrics.Any(metric => metric.NeedsZeroShot), one = metrics.Any(metric => metric.NeedsOneShot);
        if (zero) yield return "zero_nll";
        if (one) yield return "one_nll";
        if (zero && one) yield return "miwv";
        yield return AnswerTokens.Name;
        if (metrics.Any(metric => metric.Neighbors > 0)) yield return Cosine.Name;
    }

    /// <summary>One of them; null if it is none. Rows that were not scored have no value.</summary>
    internal static MetricColumn? Find(ScoreTable scores, string field) => field switch
    {
        "zero_nll" => Known(field, scores.ZeroShot),
        "one_nll" => Known(field, scores.OneShot),
        "miwv" => Known(field, scores.Miwv),
        "n_answer" => Column(AnswerTokens, Each(scores, row => scores.AnswerTokens[row])),
        "cosine" => Column(Cosine, Each(scores, row => scores.Neighbors.Neighbors(row)[0] < 0 ? double.NaN : scores.Neighbors.Cosines(row)[0])),
        _ => null,
    };

    private static MetricColumn Known(string field, double[] values) => Column(MetricRegistry.Parse(field)[0].Info, values);

    private static MetricColumn Column(MetricInfo info, double[] values) => new(info.Name, info, new MetricValues(values), 0, 0);

    private static double[] Each(ScoreTable scores, Func<int, double> value) =>
        [.. Enumerable.Range(0, scores.Count).Select(row => scores.IsScored(row) ? value(row) : double.NaN)];
}
