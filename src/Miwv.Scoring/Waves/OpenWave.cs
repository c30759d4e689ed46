using Miwv.Scoring.Forest;

namespace Miwv.Scoring.Waves;

/// <summary>The wave that the planner is filling below one resident path of depth <paramref name="depth"/>.</summary>
internal sealed class OpenWave(PrefixForest forest, WaveLimits limits, List<WaveStep> steps, List<WaveRange> ranges, int depth, int parent)
{
    private readonly List<WaveRange> open = [];
    private long tokens, outputs;
    private int leaves;

    public int Base => depth;
    public int Parent => parent;

    /// <summary>Adds a subtree, in a new wave if this one is full; false if no wave could hold it.</summary>
    public bool TryAdd(int lo, int hi)
    {
        long alone = forest.Nodes(lo, hi, depth), rows = forest.Outputs(lo, hi, depth);
        int ends = forest.Leaves(lo, hi);
        if (alone > limits.Tokens || rows > limits.Outputs || ends > limits.Leaves) return false;
        int shared = SharedWithLast(lo);
        long more = forest.Nodes(lo, hi, shared);
        if (open.Count > 0 && (tokens + more > limits.Tokens || outputs + rows > limits.Outputs || leaves + ends > limits.Leaves))
        {
            Close();
            shared = depth;
            more = alone;
        }
        tokens += more;
        outputs += rows;
        leaves += ends;
        if (open.Count > 0 && open[^1].Hi == lo) open[^1] = open[^1] with { Hi = hi };
        else open.Add(new WaveRange(lo, hi, shared));
        return true;
    }

    /// <summary>Emits the wave if there is anything in it.</summary>
    public void Close()
    {
        if (open.Count == 0) return;
        int first = ranges.Count;
        ranges.AddRange(open);
        steps.Add(new WaveStep(false, parent, depth, depth, first, ranges.Count, (int)tokens, leaves));
        open.Clear();
        tokens = outputs = leaves = 0;
    }

    // Subtrees that got steps of their own may lie between the wave's last place and this one.
    private int SharedWithLast(int lo)
    {
        if (open.Count == 0) return depth;
        int shared = int.MaxValue;
        for (int i = open[^1].Hi; i <= lo; i++) shared = Math.Min(shared, forest.Shared(i));
        return Math.Max(shared, depth);
    }
}
