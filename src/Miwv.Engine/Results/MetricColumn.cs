using Miwv.Metrics;

namespace Miwv.Engine.Results;

/// <summary>A metric of a finished run.</summary>
/// <param name="Field">Its name in scores.jsonl.</param>
/// <param name="PassesAlone">Passes it needs.</param>
/// <param name="TokensAlone">Tokens of those passes in a loop without sharing.</param>
public sealed record MetricColumn(string Field, MetricInfo Info, MetricValues Result, int PassesAlone, long TokensAlone)
{
    public double[] Values => Result.Values;

    /// <summary>True for miwv, zero_nll and one_nll, which every line of scores.jsonl has.</summary>
    public bool IsBase => Field is "miwv" or "zero_nll" or "one_nll";
}
