using Miwv.Scoring.Passes;

namespace Miwv.Engine.Stages;

/// <summary>The kept values of one pass, put together from the segments that the steps scored.</summary>
internal sealed class PassValues(PassWants wants, int listedIds)
{
    private readonly List<float> logProbs = [], entropies = [], listed = [];

    /// <summary>Takes the values of the pass's next segment.</summary>
    public void Append(ReadOnlySpan<float> values, int tokens)
    {
        if (wants.HasFlag(PassWants.LogProbs)) Take(logProbs, tokens, ref values);
        if (wants.HasFlag(PassWants.Entropies)) Take(entropies, tokens, ref values);
        if (!wants.HasFlag(PassWants.Listed)) return;
        listed.Clear(); // those at the pass's last token count
        Take(listed, listedIds, ref values);
    }

    /// <summary>All values, in the order of <see cref="PassWants"/>.</summary>
    public float[] Joined() => [.. logProbs, .. entropies, .. listed];

    private static void Take(List<float> to, int count, ref ReadOnlySpan<float> values)
    {
        to.AddRange(values[..count]);
        values = values[count..];
    }
}
