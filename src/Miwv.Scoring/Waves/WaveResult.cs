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

    /// <summary>Entropy where each scored token is predicted, nats; empty if no pass wants it.</summary>
    public ReadOnlySpan<float> Entropies { get; init; }

    /// <summary>Listed logits where each segment's last token is predicted, segments x listed ids; empty if no pass wants them.</summary>
    public ReadOnlySpan<float> Listed { get; init; }
}
