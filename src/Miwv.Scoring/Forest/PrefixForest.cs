using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Forest;

/// <summary>
/// The trie of all passes, kept as the passes in lexicographic order and the length of the prefix each shares with the one before:
/// every depth-first walk and every subtree is a range of that order.
/// </summary>
public sealed class PrefixForest
{
    private readonly int[] order, shared;
    private readonly long[] nodesBefore;
    private readonly long[] outputsBefore;
    private readonly int[] leavesBefore;

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

        nodesBefore = new long[count + 1];
        outputsBefore = new long[count + 1];
        leavesBefore = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            nodesBefore[i + 1] = nodesBefore[i] + Length(i) - shared[i];
            outputsBefore[i + 1] = outputsBefore[i] + NewOutputs(i);
            bool leaf = i + 1 == count || shared[i + 1] < Length(i);
            leavesBefore[i + 1] = leavesBefore[i] + (leaf ? 1 : 0);
            if (!passes.IsBeginning(order[i])) PlainTokens += Length(i);
        }
    }

    public PassList Passes { get; }
    public int Count => order.Length;

    /// <summary>Nodes of the trie = the fewest tokens that must be decoded.</summary>
    public long NodeCount => nodesBefore[^1];

    /// <summary>Tokens that a loop without sharing decodes.</summary>
    public long PlainTokens { get; }

    /// <summary>Pass at place i of the order.</summary>
    public int PassAt(int i) => order[i];
    public int Length(int i) => Passes.Length(order[i]);

    /// <summary>Tokens that place i has in common with place i − 1.</summary>
    public int Shared(int i) => shared[i];

    /// <summary>Nodes of places [lo, hi) that lie at <paramref name="depth"/> or deeper, if all of them share that many tokens.</summary>
    public long Nodes(int lo, int hi, int depth) => hi == lo ? 0 : Math.Max(0, Length(lo) - depth) + nodesBefore[hi] - nodesBefore[lo + 1];

    /// <summary>Leaves among places [lo, hi): passes that no other of the range continues.</summary>
    public int Leaves(int lo, int hi)
    {
        if (hi == lo) return 0;
        return leavesBefore[hi - 1] - leavesBefore[lo] + 1;
    }

    /// <summary>At least as many as the rows of logits that places [lo, hi) need at <paramref name="depth"/> or deeper.</summary>
    public long Outputs(int lo, int hi, int depth)
    {
        if (hi == lo) return 0;
        int pass = order[lo];
        int first = Math.Max(0, Passes.ScoredTo(pass) - 1 - Math.Max(depth, Passes.ScoredFrom(pass) - 1));
        return first + outputsBefore[hi] - outputsBefore[lo + 1];
    }

    /// <summary>The tokens that all places of [lo, hi) share.</summary>
    public int CommonDepth(int lo, int hi)
    {
        int depth = Length(lo);
        for (int i = lo + 1; i < hi; i++) depth = Math.Min(depth, shared[i]);
        return depth;
    }

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
}
