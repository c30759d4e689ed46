namespace Miwv.Retrieval;

/// <summary>The neighbour rules, which speak of rows, seen from the different vectors of a store.</summary>
internal sealed class VectorRules
{
    private readonly int[]?[]? _sharedGroups;
    private readonly Dictionary<int, List<int>> _vectorsOfGroup = [];

    internal VectorRules(DistinctVectors vectors, NeighborRules rules)
    {
        FirstEligible = new int[vectors.Count];
        for (int vector = 0; vector < vectors.Count; vector++)
        {
            FirstEligible[vector] = int.MaxValue;
            foreach (int row in vectors.Members(vector))
            {
                if (rules.MayBeNeighbor is not null && !rules.MayBeNeighbor[row])
                    continue;
                FirstEligible[vector] = row;
                EligibleVectors++;
                break;
            }
        }
        if (rules.IdenticalGroup is { } groups)
            _sharedGroups = FindSharedGroups(vectors, groups);
    }

    /// <summary>Per vector: the lowest member that may be a neighbour, or int.MaxValue.</summary>
    internal int[] FirstEligible { get; }

    /// <summary>Vectors with a member that may be a neighbour.</summary>
    internal int EligibleVectors { get; }

    /// <summary>
    /// Whether any member of <paramref name="candidate"/> may be a neighbour of every member of <paramref name="vector"/>. Pairs that share an
    /// identical group (rare: the same text embedded to other bits) are answered false and judged row by row: <see cref="Sharing"/>.
    /// </summary>
    internal bool Allows(int vector, int candidate) =>
        FirstEligible[candidate] != int.MaxValue
        && (_sharedGroups is null || _sharedGroups[vector] is not { } left || _sharedGroups[candidate] is not { } right || !left.AsSpan().ContainsAny(right));

    /// <summary>The other vectors that have a member identical to a member of this one.</summary>
    internal int[] Sharing(int vector)
    {
        if (_sharedGroups?[vector] is not { } groups)
            return [];
        var sharing = new SortedSet<int>();
        foreach (int group in groups)
            sharing.UnionWith(_vectorsOfGroup[group]);
        sharing.Remove(vector);
        return [.. sharing];
    }

    private int[]?[]? FindSharedGroups(DistinctVectors vectors, int[] groups)
    {
        var vectorOfGroup = new Dictionary<int, int>();
        for (int vector = 0; vector < vectors.Count; vector++)
            foreach (int row in vectors.Members(vector))
                if (groups[row] >= 0 && !vectorOfGroup.TryAdd(groups[row], vector) && vectorOfGroup[groups[row]] != vector)
                    _vectorsOfGroup.TryAdd(groups[row], []);
        if (_vectorsOfGroup.Count == 0)
            return null;

        var perVector = new int[]?[vectors.Count];
        var own = new HashSet<int>();
        for (int vector = 0; vector < vectors.Count; vector++)
        {
            own.Clear();
            foreach (int row in vectors.Members(vector))
                if (_vectorsOfGroup.TryGetValue(groups[row], out List<int>? sharers) && own.Add(groups[row]))
                    sharers.Add(vector);
            if (own.Count > 0)
                perVector[vector] = [.. own];
        }
        return perVector;
    }
}
