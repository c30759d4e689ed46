namespace Miwv.Scoring.Tests.Forest;

/// <summary>A trie as in a textbook: one object a node.</summary>
internal sealed class NaiveTrie
{
    private readonly Dictionary<int, NaiveTrie> children = [];
    private bool scored;

    public void Add(ReadOnlySpan<int> tokens, int scoredFrom, int scoredTo)
    {
        NaiveTrie node = this;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (!node.children.TryGetValue(tokens[i], out NaiveTrie? next)) node.children[tokens[i]] = next = new NaiveTrie();
            node = next;
            if (i + 1 >= scoredFrom && i + 1 < scoredTo) node.scored = true;
        }
    }

    /// <summary>Nodes below this one, it not counted.</summary>
    public long Nodes => children.Values.Sum(c => 1 + c.Nodes);

    /// <summary>Nodes whose logits are needed.</summary>
    public long Outputs => (scored ? 1 : 0) + children.Values.Sum(c => c.Outputs);

    public int Leaves => children.Count == 0 ? 1 : children.Values.Sum(c => c.Leaves);

    /// <summary>The node at the end of a path.</summary>
    public NaiveTrie At(ReadOnlySpan<int> path) => path.IsEmpty ? this : children[path[0]].At(path[1..]);
}
