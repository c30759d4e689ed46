using System.Text.Json.Serialization;
using Miwv.Engine.Cascading;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Results;

/// <summary>What a finished run says of itself. Counts are rows; everything here follows from the input, so that it is the same after a resume.</summary>
public sealed record RunSummary
{
    public required int Rows { get; init; }
    public required IReadOnlyDictionary<string, int> Status { get; init; }
    public required int DemonstrationsCut { get; init; }

    /// <summary>Tokens that the waves hold.</summary>
    public required long TokensComputed { get; init; }

    /// <summary>Nodes of the prefix forest: the fewest tokens possible.</summary>
    public required long TokensMinimal { get; init; }

    /// <summary>Tokens that a loop without sharing decodes.</summary>
    public required long TokensPlain { get; init; }
    public required int Steps { get; init; }

    /// <summary>Tokens of all rows' prompts and answers: what one epoch of training sees.</summary>
    public required long TrainingTokens { get; init; }

    /// <summary>Every model's part, the scoring model's first.</summary>
    public required IReadOnlyList<ModelCompute> Compute { get; init; }

    /// <summary>
    /// Compute of all of that as a share of three epochs of full fine-tuning of the scoring model on all rows: 2 P tokens forward against
    /// 6 P tokens forward and backward, P parameters.
    /// </summary>
    public double ComputeShare => TrainingTokens == 0 ? 0 : Compute.Sum(part => part.Flops) / (6.0 * Compute[0].Parameters * TrainingTokens * 3);
    public required double? MeanZeroShot { get; init; }
    public required double? MeanOneShot { get; init; }
    public required double? MeanMiwv { get; init; }

    /// <summary>Rows whose loss the demonstration lowered.</summary>
    public required int Helped { get; init; }

    /// <summary>What a cascade's small model spared; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CascadeSummary? Cascade { get; init; }

    /// <summary>Rows that the scoring model scored.</summary>
    [JsonIgnore]
    public int Scored { get; private init; }

    /// <summary>The metrics asked for; null if MIWV alone was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MetricSummary>? Metrics { get; init; }

    /// <param name="plans">Of the rounds, in order.</param>
    internal static RunSummary Of(ScoreTable scores, IReadOnlyList<WavePlan> plans, IReadOnlyList<ModelCompute> compute, CascadeSummary? cascade)
    {
        int[] ok = [.. Enumerable.Range(0, scores.Count).Where(scores.IsScored)];
        double? Mean(double[] values) => ok.Length == 0 || double.IsNaN(values[ok[0]]) ? null : ok.Average(i => values[i]);
        return new RunSummary
        {
            Rows = scores.Count,
            Status = Enumerable.Range(0, scores.Count).GroupBy(i => scores.Status[i]).OrderBy(g => g.Key)
                .ToDictionary(g => RowStatusName.Of(g.Key), g => g.Count()),
            DemonstrationsCut = ok.Count(i => scores.DemonstrationCut[i]),
            TokensComputed = plans.Sum(plan => plan.Tokens),
            TokensMinimal = plans.Sum(plan => plan.Forest.NodeCount),
            TokensPlain = plans.Sum(plan => plan.Forest.PlainTokens),
            Steps = plans.Sum(plan => plan.Count),
            TrainingTokens = TrainingTokensOf(plans[0], scores.Count),
            Compute = compute,
            Cascade = cascade,
            Scored = ok.Length,
            MeanZeroShot = Mean(scores.ZeroShot),
            MeanOneShot = Mean(scores.OneShot),
            MeanMiwv = Mean(scores.Miwv),
            Helped = ok.Count(i => scores.Miwv[i] < 0),
            Metrics = scores.Metrics is [{ Field: "miwv" }] ? null : [.. scores.Metrics.Select(column => MetricSummary.Of(column, scores))],
        };
    }

    private static long TrainingTokensOf(WavePlan plan, int rows)
    {
        var texts = plan.Forest.Passes.Tokens;
        long tokens = 0;
        for (int text = 0; text < 2 * rows; text++) tokens += texts.Length(text);
        return tokens;
    }
}
