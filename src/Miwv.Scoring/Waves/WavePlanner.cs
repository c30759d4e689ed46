using Miwv.Scoring.Forest;

namespace Miwv.Scoring.Waves;

/// <summary>
/// Packs a prefix forest into decodes. Subtrees that fit share waves; the path to a subtree that does not fit stays resident in the
/// cache as a trunk, unless it is so short that decoding it again in every wave costs less than a decode of its own.
/// </summary>
public sealed class WavePlanner
{
    private readonly PrefixForest forest;
    private readonly WaveLimits limits;
    private readonly int trunkWorth;
    private readonly List<WaveStep> steps = [];
    private readonly List<WaveRange> ranges = [];
    private readonly Stack<Siblings> rest = [];

    // Subtrees [Lo, Hi) that part at Depth and are still to be packed into the wave; after the last of them it is closed.
    private readonly record struct Siblings(int Lo, int Hi, int Depth, OpenWave Wave, bool IsLast);

    private WavePlanner(PrefixForest forest, WaveLimits limits)
    {
        this.forest = forest;
        this.limits = limits;
        // a decode of its own costs about as much as this many tokens more in others
        trunkWorth = Math.Max(1, limits.Tokens / 64);
    }

    /// <exception cref="ArgumentException">Limits that no wave can keep.</exception>
    public static WavePlan Plan(PrefixForest forest, WaveLimits limits)
    {
        if (limits.Tokens < 1 || limits.Outputs < 1 || limits.Leaves is < 1 or > 256)
            throw new ArgumentException($"wave limits {limits}");
        var planner = new WavePlanner(forest, limits);
        planner.Pack();
        forest.EndPlanning();
        return new WavePlan(forest, limits, planner.steps, planner.ranges);
    }

    // Depth first with a stack of its own: a path may have a branch at every one of its hundred thousand tokens.
    private void Pack()
    {
        PushPath(0, forest.Count, 0, -1);
        while (rest.TryPop(out var siblings))
        {
            var (lo, hi, depth, wave, isLast) = siblings;
            while (lo < hi)
            {
                int to = lo + 1;
                while (to < hi && forest.Shared(to) > depth) to++;
                if (!wave.TryAdd(lo, to))
                {
                    rest.Push(siblings with { Lo = to });
                    PushLarge(lo, to, wave);
                    break;
                }
                lo = to;
            }
            if (lo == hi && isLast) wave.Close();
        }
    }

    // Everything of places [lo, hi) below the resident path of depth `depth`, in waves of its own.
    private void PushPath(int lo, int hi, int depth, int parent)
    {
        while (lo < hi && forest.Length(lo) <= depth) lo++; // these ended on the path
        if (lo < hi) rest.Push(new Siblings(lo, hi, depth, new OpenWave(forest, limits, steps, ranges, depth, parent), true));
    }

    // A subtree that no single wave holds.
    private void PushLarge(int lo, int hi, OpenWave wave)
    {
        int common = forest.CommonDepth(lo, hi);
        long waves = forest.Nodes(lo, hi, wave.Base) / limits.Tokens + 1;
        bool single = hi == lo + 1 || forest.Leaves(lo, hi) == 1;
        if (!single && (common - wave.Base) * (waves - 1) < trunkWorth)
        {
            rest.Push(new Siblings(lo, hi, common, wave, false));
            return;
        }
        int parent = wave.Parent, at = wave.Base;
        int end = single ? forest.Length(hi - 1) : common;
        while (at < end && !(at > wave.Base && single && FitsWave(lo, hi, at)))
        {
            int stop = ChunkEnd(lo, hi, at, end);
            steps.Add(new WaveStep(true, parent, at, stop, lo, hi, stop - at, 1));
            parent = steps.Count - 1;
            at = stop;
        }
        PushPath(lo, hi, at, parent);
    }

    private bool FitsWave(int lo, int hi, int depth) =>
        forest.Nodes(lo, hi, depth) <= limits.Tokens && ScoredRows(lo, hi, depth, forest.Length(hi - 1)) <= limits.Outputs;

    // As many tokens of the shared path as one decode takes.
    private int ChunkEnd(int lo, int hi, int at, int end)
    {
        int stop = Math.Min(end, at + limits.Tokens);
        while (stop - at > limits.Outputs && ScoredRows(lo, hi, at, stop) > limits.Outputs) stop--;
        return stop;
    }

    // Rows [from, to) whose logits some place of [lo, hi) needs.
    private int ScoredRows(int lo, int hi, int from, int to)
    {
        Span<int> change = to - from + 1 <= 4096 ? stackalloc int[to - from + 1] : new int[to - from + 1];
        change.Clear();
        for (int i = lo; i < hi; i++)
        {
            int pass = forest.PassAt(i);
            int first = Math.Max(forest.Passes.ScoredFrom(pass) - 1, from), last = Math.Min(forest.Passes.ScoredTo(pass) - 1, to);
            if (first >= last) continue;
            change[first - from]++;
            change[last - from]--;
        }
        int rows = 0, open = 0;
        foreach (int step in change[..^1])
            if ((open += step) > 0) rows++;
        return rows;
    }
}
