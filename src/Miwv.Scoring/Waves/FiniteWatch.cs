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

    /// <summary>All passes of a step, each decoded by itself, have no number.</summary>
    /// <exception cref="UserException">With these there are too many of them.</exception>
    public void SawBroken(int passes)
    {
        if (!hasNumbers && Interlocked.Add(ref broken, passes) >= MostBroken)
            throw new UserException($"the model gives no number (NaN or infinite logits) for any of the first {broken} passes, each decoded by itself: its file is damaged or its values overflow; try --exact, or another file");
    }
}
