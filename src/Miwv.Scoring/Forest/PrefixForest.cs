using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Forest;

/// <summary>
/// The trie of all passes, kept as the passes in lexicographic order and the length of the prefix each shares with the one before:
/// every depth-first walk and every subtree is a range of that order.
/// </summary>
public sealed class PrefixForest
{
    private readonly int[] order, shared;
    private RangeSums? sums;

    public PrefixForest(PassList passes) : this(passes, Enumerable.Range(0, passes.Count))
    {
    }

    /// <param name="chosen">The passes that are computed, each once.</param>
    public PrefixForest(PassList passes, IEnumerable<int> chosen)
    {
        Passes = passes;
        order = [.. chosen];
        int count = order.Length;
        var comparer = new PassOrder(passes);
        Array.Sort(order, comparer);
        shared = new int[count];
        for (int i = 1; i < count; i++) shared[i] = comparer.CommonPrefix(order[i - 1], order[i], out _, out _);

        for (int i = 0; i < count; i++)
        {
            NodeCount += Length(i) - shared[i];
            if (!passes.IsBeginning(order[i])) PlainTokens += Length(i);
        }
    }

    public PassList Passes { get; }
    public int Count => order.Length;

    /// <summary>Nodes of the trie = the fewest tokens that must be decoded.</summary>
    public long NodeCount { get; }

    /// <summary>Tokens that a loop without sharing decodes.</summary>
    public long PlainTokens { get; }

    /// <summary>Pass at place i of the order.</summary>
    public int PassAt(int i) => order[i];
    public int Length(int i) => Passes.Length(order[i]);

    /// <summary>Tokens that place i has in common with place i − 1.</summary>
    public int Shared(int i) => shared[i];

    /// <summary>Nodes of places [lo, hi) that lie at <paramref name="depth"/> or deeper, if all of them share that many tokens.</summary>
    public long Nodes(int lo, int hi, int depth) => hi == lo ? 0 : Math.Max(0, Length(lo) - depth) + Sums.Nodes[hi] - Sums.Nodes[lo + 1];

    /// <summary>Leaves among places [lo, hi): passes that no other of the range continues.</summary>
    public int Leaves(int lo, int hi)
    {
        if (hi == lo) return 0;
        return Sums.Leaves[hi - 1] - Sums.Leaves[lo] + 1;
    }

    /// <summary>At least as many as the rows of logits that places [lo, hi) need at <paramref name="depth"/> or deeper.</summary>
    public long Outputs(int lo, int hi, int depth)
    {
        if (hi == lo) return 0;
        int pass = order[lo];
        int first = Math.Max(0, Passes.ScoredTo(pass) - 1 - Math.Max(depth, Passes.ScoredFrom(pass) - 1));
        return first + Sums.Outputs[hi] - Sums.Outputs[lo + 1];
    }

    /// <summary>The tokens that all places of [lo, hi) share.</summary>
    public int CommonDepth(int lo, int hi)
    {
        int depth = Length(lo);
        for (int i = lo + 1; i < hi; i++) depth = Math.Min(depth, shared[i]);
        return depth;
    }

    /// <summary>Gives back what only planning needs, 20 bytes a pass; planning again makes it again.</summary>
    internal void EndPlanning() => sums = null;

    private RangeSums Sums => sums ??= new RangeSums(this);

    // Rows of logits that place i needs and its predecessor does not ask for already.
    private int NewOutputs(int i)
    {
        int pass = order[i], rows = Passes.ScoredCount(pass);
        if (i == 0) return rows;
        int before = order[i - 1];
        int from = Math.Max(Passes.ScoredFrom(pass), Passes.ScoredFrom(before)) - 1;
        int to = Math.Min(Math.Min(Passes.ScoredTo(pass), Passes.ScoredTo(before)) - 1, shared[i]);
        return rows - Math.Max(0, to - from);
    }

    // Running sums over the places, for the nodes, rows of logits and leaves of any range.
    private sealed class RangeSums
    {
        public RangeSums(PrefixForest forest)
        {
            int count = forest.Count;
            (Nodes, Outputs, Leaves) = (new long[count + 1], new long[count + 1], new int[count + 1]);
            for (int i = 0; i < count; i++)
            {
                Nodes[i + 1] = Nodes[i] + forest.Length(i) - forest.shared[i];
                Outputs[i + 1] = Outputs[i] + forest.NewOutputs(i);
                bool leaf = i + 1 == count || forest.shared[i + 1] < forest.Length(i);
                Leaves[i + 1] = Leaves[i] + (leaf ? 1 : 0);
            }
        }

        public long[] Nodes { get; }
        public long[] Outputs { get; }
        public int[] Leaves { get; }
    }
}
