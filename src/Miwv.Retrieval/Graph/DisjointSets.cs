namespace Miwv.Retrieval;

/// <summary>Union-find; the representative of a set is its lowest member, so the result does not depend on the order of joins.</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parent;

    internal DisjointSets(int count)
    {
        _parent = new int[count];
        for (int i = 0; i < count; i++)
            _parent[i] = i;
    }

    internal int Find(int element)
    {
        while (_parent[element] != element)
            element = _parent[element] = _parent[_parent[element]];
        return element;
    }

    internal void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        if (a != b)
            _parent[Math.Max(a, b)] = Math.Min(a, b);
    }
}
