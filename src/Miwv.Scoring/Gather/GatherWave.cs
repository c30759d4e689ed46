namespace Miwv.Scoring.Gather;

/// <summary>
/// What one wave asks of the gather and the arrays that receive it. An output left empty is not computed, but for
/// <see cref="LogProb"/> and <see cref="SegmentNll"/>, which are always written.
/// </summary>
public readonly ref struct GatherWave
{
    /// <summary>The logits, [rows x vocab].</summary>
    public LogitsView Logits { get; init; }

    /// <summary>[pairs] row of each (row, target) pair, in any order; a row may have any number of pairs.</summary>
    public ReadOnlySpan<int> PairRow { get; init; }

    /// <summary>[pairs] target token ids.</summary>
    public ReadOnlySpan<int> PairTarget { get; init; }

    /// <summary>[segments + 1] bounds in pairs: ascending, first 0, last the number of pairs.</summary>
    public ReadOnlySpan<int> SegmentStart { get; init; }

    /// <summary>Ids whose raw logits are wanted for every row (<see cref="RowListed"/>).</summary>
    public ReadOnlySpan<int> ListedIds { get; init; }

    /// <summary>Threads to work with, at least 1; the results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Out, [pairs]: natural-log probabilities; NaN where the row holds NaN or +inf or is all -inf.</summary>
    public Span<float> LogProb { get; init; }

    /// <summary>Out, [segments]: minus the sum of the log-probs, nats, added in order in fp64.</summary>
    public Span<double> SegmentNll { get; init; }

    /// <summary>Out, [rows] or empty: entropy of each row's distribution, nats.</summary>
    public Span<float> RowEntropy { get; init; }

    /// <summary>Out, [pairs] or empty: how many ids have a logit strictly above the target's; -1 where the log-prob is NaN.</summary>
    public Span<int> PairRank { get; init; }

    /// <summary>Out, [rows x listed] or empty: raw logits of <see cref="ListedIds"/>.</summary>
    public Span<float> RowListed { get; init; }
}
