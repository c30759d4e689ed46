namespace Miwv.Metrics;

/// <summary>What <c>miwv metrics</c> says of a metric.</summary>
/// <param name="Name">The name on the command line; also the field in scores.jsonl, the parameter behind it.</param>
/// <param name="Formula">In terms of L(y|context) = mean nats per answer token and PPL = exp(L).</param>
/// <param name="Better">The end that is selected.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Passes">The passes it needs for a row.</param>
public sealed record MetricInfo(string Name, string Formula, Better Better, string Paper, string Passes)
{
    /// <summary>What the number behind <c>name=</c> is, and its default; null if the metric takes none.</summary>
    public (string Meaning, double Default)? Parameter { get; init; }

    /// <summary>What the paper demands of a row before it ranks by this metric; null if nothing.</summary>
    public string? Gate { get; init; }
}
