using Miwv.Data;

namespace Miwv.Scoring.Waves;

/// <summary>
/// Ends a run whose model gives no numbers at all: every pass would be decoded three times only to say so of each row.
/// One pass with a number, and it never ends anything.
/// </summary>
public sealed class FiniteWatch
{
    /// <summary>Passes decoded by themselves without a number before any had one.</summary>
    public const int MostBroken = 256;

    private volatile bool hasNumbers;
    private int broken;

    /// <summary>Some pass has a number.</summary>
    public void SawNumber() => hasNumbers = true;

    /// <summary>A pass was decoded by itself.</summary>
    /// <exception cref="UserException">It is the last of so many without a number.</exception>
    public void Saw(double nll)
    {
        if (double.IsFinite(nll)) SawNumber();
        else if (!hasNumbers && Interlocked.Increment(ref broken) >= MostBroken)
            throw new UserException($"the model gives no number (NaN or infinite logits) for any of the first {MostBroken} passes, each decoded by itself: its file is damaged or its values overflow; try --exact, or another file");
    }
}
