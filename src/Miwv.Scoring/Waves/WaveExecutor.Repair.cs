namespace Miwv.Scoring.Waves;

// A value that is not a number (a model whose f16 cache overflows, a broken weight) spreads to whatever shares the cache, masked or
// not and even from forgotten cells, for 0 x NaN is NaN. Only the passes that hold it may suffer.
public sealed partial class WaveExecutor
{
    private bool IsFinite()
    {
        foreach (double value in nll.AsSpan(0, builder.SegmentPass.Length))
            if (!double.IsFinite(value)) return false;
        return true;
    }

    // Once more in a clean cache, as a resumed run would; then each pass that is still not finite without the others.
    private WaveResult Repair(int index)
    {
        Wipe();
        Compute(index);
        return Alone(index, onlyBroken: !plan[index].IsTrunk);
    }

    // A wave that the device has no memory for is computed one pass at a time, in decodes as small as there are.
    private WaveResult Split(int index)
    {
        Times.Split++;
        Wipe();
        builder.Build(index, batch);
        PrepareOutputs();
        return Alone(index, onlyBroken: false);
    }

    private WaveResult Alone(int index, bool onlyBroken)
    {
        int[] passes = builder.SegmentPass.ToArray(), bounds = builder.SegmentStart.ToArray();
        double[] sums = nll[..passes.Length];
        float[] tokens = logProbs[..bounds[^1]], spread = wantsEntropy ? entropies[..bounds[^1]] : [], chosen = listed[..(passes.Length * listedIds.Length)];
        int broken = 0;
        for (int i = 0; i < passes.Length; i++)
        {
            if (plan[index].IsTrunk || (onlyBroken && double.IsFinite(sums[i]))) continue;
            if (onlyBroken || (i > 0 && !double.IsFinite(sums[i - 1]))) Wipe();
            MakeResident(plan[index].Parent);
            Decode(index, passes[i]);
            Gather();
            int count = bounds[i + 1] - bounds[i];
            sums[i] = nll[0];
            logProbs.AsSpan(0, count).CopyTo(tokens.AsSpan(bounds[i]));
            if (wantsEntropy) entropies.AsSpan(0, count).CopyTo(spread.AsSpan(bounds[i]));
            listed.AsSpan(0, listedIds.Length).CopyTo(chosen.AsSpan(i * listedIds.Length));
            if (!double.IsFinite(sums[i])) broken++;
        }
        // after all of them: the run's first numbers may stand behind many broken passes
        if (sums.Any(double.IsFinite)) watch.SawNumber();
        else watch.SawBroken(broken);
        Wipe();
        return new WaveResult { Passes = passes, Bounds = bounds, Nll = sums, LogProbs = tokens, Entropies = spread, Listed = chosen };
    }

    private void Wipe()
    {
        context.Wipe();
        resident.Clear();
    }
}
