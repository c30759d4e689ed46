namespace Miwv.Retrieval;

/// <summary>
/// The members of each vector that can be among the first k which a row may have for neighbours: of thousands of identical copies no row
/// walks over more than a few.
/// </summary>
internal sealed class OfferedMembers
{
    private readonly DistinctVectors vectors;

    // of the vectors with more members than a row could pass over and take
    private readonly Dictionary<int, int[]> crowded = [];

    internal OfferedMembers(DistinctVectors vectors, NeighborRules rules, int k)
    {
        this.vectors = vectors;
        // a row passes over itself, or over the k of its own group that are kept, and takes k others
        int most = 2 * k + 1;
        for (int vector = 0; vector < vectors.Count; vector++)
            if (vectors.Members(vector).Length > most)
                crowded[vector] = FirstOf(vectors.Members(vector), rules, k, most);
    }

    /// <summary>Ascending; some of them may not be allowed to a row.</summary>
    internal ReadOnlySpan<int> Of(int vector) => crowded.TryGetValue(vector, out int[]? few) ? few : vectors.Members(vector);

    private static int[] FirstOf(ReadOnlySpan<int> members, NeighborRules rules, int k, int most)
    {
        var kept = new List<int>();
        var ofGroup = new Dictionary<int, int>();
        foreach (int member in members)
        {
            if (kept.Count == most)
                break;
            if (rules.MayBeNeighbor is { } may && !may[member])
                continue;
            if (rules.IdenticalGroup is { } groups && groups[member] >= 0)
            {
                // whoever may have one of a group may have all of them: the first k are enough
                int before = ofGroup.GetValueOrDefault(groups[member]);
                if (before == k)
                    continue;
                ofGroup[groups[member]] = before + 1;
            }
            kept.Add(member);
        }
        return [.. kept];
    }
}
