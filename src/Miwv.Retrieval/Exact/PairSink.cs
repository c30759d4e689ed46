namespace Miwv.Retrieval;

/// <summary>Where <see cref="SelfJoinTiles{TKernel}"/> leaves the pairs that matter.</summary>
internal abstract class PairSink
{
    /// <summary>Per vector: lower f32 scores are of no interest. May only rise, so a stale read is merely cautious. Pinned; +inf behind the last vector.</summary>
    internal abstract float[] Thresholds { get; }

    /// <summary>Takes a pair whose score reached the threshold of <paramref name="vector"/>; each ordered pair at most once, from any thread.</summary>
    internal abstract void Offer(int vector, int candidate, float score);

    /// <summary>A threshold array for <paramref name="count"/> vectors with room for the widest tile behind them.</summary>
    protected static float[] AllocateThresholds(int count, float value)
    {
        float[] thresholds = GC.AllocateArray<float>(count + WidestTile, pinned: true);
        thresholds.AsSpan(0, count).Fill(value);
        thresholds.AsSpan(count).Fill(float.PositiveInfinity);
        return thresholds;
    }

    private const int WidestTile = 32;
}
