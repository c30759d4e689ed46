namespace Miwv.Scoring.Waves;

/// <summary>
/// Cuts a plan into runs of steps that may be computed on different contexts. A cut costs the trunk below it once more, so there is
/// none where more than a small part of a wave, or of the steps since the last cut, would have to be made resident again.
/// </summary>
internal static class WaveUnits
{
    // a trunk decoded once more is at most this part of the unit's work
    private const int LeastShare = 32;

    /// <summary>Ranges [First, Last) of steps, in order; they cover the plan.</summary>
    public static List<(int First, int Last)> Of(WavePlan plan)
    {
        int most = Math.Max(1, plan.Limits.Tokens / 4);
        var units = new List<(int, int)>();
        int first = 0;
        long tokens = 0;
        for (int step = 1; step <= plan.Count; step++)
        {
            tokens += plan[step - 1].Tokens;
            if (step < plan.Count && plan[step].Base > most && tokens < LeastShare * (long)plan[step].Base) continue;
            units.Add((first, step));
            first = step;
            tokens = 0;
        }
        return units;
    }
}
