namespace Miwv.Scoring.Waves;

/// <summary>What one step scored; the spans are valid until the next step.</summary>
public readonly ref struct WaveResult
{
    /// <summary>Pass of each segment.</summary>
    public required ReadOnlySpan<int> Passes { get; init; }

    /// <summary>Bounds of each segment in <see cref="LogProbs"/>, one more than segments.</summary>
    public required ReadOnlySpan<int> Bounds { get; init; }

    /// <summary>Minus the sum of the segment's log-probs, nats.</summary>
    public required ReadOnlySpan<double> Nll { get; init; }

    /// <summary>Log-prob of each scored token, nats.</summary>
    public required ReadOnlySpan<float> LogProbs { get; init; }
}
