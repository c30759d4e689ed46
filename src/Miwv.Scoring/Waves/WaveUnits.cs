namespace Miwv.Scoring.Waves;

/// <summary>
/// Cuts a plan into runs of steps that may be computed on different contexts. A cut costs the trunk below it once more, so there is
/// none where more than a small part of a wave would have to be made resident again.
/// </summary>
internal static class WaveUnits
{
    /// <summary>Ranges [First, Last) of steps, in order; they cover the plan.</summary>
    public static List<(int First, int Last)> Of(WavePlan plan)
    {
        int most = Math.Max(1, plan.Limits.Tokens / 4);
        var units = new List<(int, int)>();
        int first = 0;
        for (int step = 1; step <= plan.Count; step++)
        {
            if (step < plan.Count && plan[step].Base > most) continue;
            units.Add((first, step));
            first = step;
        }
        return units;
    }
}
