using System.Runtime.InteropServices;
using Miwv.Scoring.Forest;

namespace Miwv.Scoring.Waves;

/// <summary>The decodes of a run, in order, decided before anything runs: the same passes and limits always give the same plan.</summary>
public sealed class WavePlan
{
    private readonly List<WaveStep> steps;
    private readonly List<WaveRange> ranges;

    internal WavePlan(PrefixForest forest, WaveLimits limits, List<WaveStep> steps, List<WaveRange> ranges)
    {
        Forest = forest;
        Limits = limits;
        this.steps = steps;
        this.ranges = ranges;
        foreach (var step in steps)
        {
            Tokens += step.Tokens;
            Cells = Math.Max(Cells, step.Base + step.Tokens);
            Leaves = Math.Max(Leaves, step.Leaves);
        }
    }

    public PrefixForest Forest { get; }
    public WaveLimits Limits { get; }
    public int Count => steps.Count;
    public WaveStep this[int index] => steps[index];

    /// <summary>Tokens that are decoded.</summary>
    public long Tokens { get; }

    /// <summary>KV cells that are needed at once.</summary>
    public int Cells { get; }

    /// <summary>Most sequence ids of one decode.</summary>
    public int Leaves { get; } = 1;

    /// <summary>The wave with most rows of logits.</summary>
    internal int MostRows()
    {
        int most = 0;
        long rows = -1;
        for (int index = 0; index < Count; index++)
        {
            long sum = 0;
            if (!steps[index].IsTrunk)
                foreach (var range in Ranges(steps[index])) sum += Forest.Outputs(range.Lo, range.Hi, steps[index].Base);
            if (sum <= rows) continue;
            (most, rows) = (index, sum);
        }
        Forest.EndPlanning();
        return most;
    }

    public ReadOnlySpan<WaveRange> Ranges(in WaveStep step) => CollectionsMarshal.AsSpan(ranges)[step.First..step.Last];
}
