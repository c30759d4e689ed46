using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// The different vectors of a store: rows with equal bytes are one vector with several members, so that a thousand copies of a row cost one.
/// Zero rows belong to none. Vectors are numbered by their first row.
/// </summary>
internal sealed class DistinctVectors
{
    private readonly int[] _memberStart;
    private readonly int[] _members;
    private readonly int[]?[]? _sharedGroups;

    private DistinctVectors(int[] memberStart, int[] members, int[] firstEligible, int[]?[]? sharedGroups)
    {
        (_memberStart, _members, FirstEligible, _sharedGroups) = (memberStart, members, firstEligible, sharedGroups);
    }

    internal int Count => _memberStart.Length - 1;

    /// <summary>Per vector: the lowest member that may be a neighbour, or int.MaxValue.</summary>
    internal int[] FirstEligible { get; }

    /// <summary>The first row of a vector, whose bytes stand for it.</summary>
    internal int RowOf(int vector) => _members[_memberStart[vector]];

    /// <summary>All rows with this vector, ascending.</summary>
    internal ReadOnlySpan<int> Members(int vector) => _members.AsSpan(_memberStart[vector].._memberStart[vector + 1]);

    /// <summary>Identical groups of this vector's members that also have members with other vectors (rare: the same text embedded to other bits).</summary>
    internal ReadOnlySpan<int> SharedGroups(int vector) => _sharedGroups?[vector];

    /// <summary>True when some member of one is identical to some member of the other: such pairs need the rules row by row.</summary>
    internal bool ShareGroup(int a, int b) =>
        _sharedGroups is not null && _sharedGroups[a] is { } left && _sharedGroups[b] is { } right && left.AsSpan().ContainsAny(right);

    internal static DistinctVectors Of(EmbeddingStore store, NeighborRules rules, ParallelOptions parallel)
    {
        var hashes = new ulong[store.Count];
        Parallel.For(0, (store.Count + 255) / 256, parallel, chunk =>
        {
            for (int row = chunk * 256; row < Math.Min(store.Count, (chunk + 1) * 256); row++)
                hashes[row] = HashOf(store.RowSpan(row));
        });

        var firstWith = new Dictionary<ulong, int>(store.Count); // hash -> newest vector with it
        var older = new List<int>(store.Count);                  // vector -> the previous vector with the same hash, or -1
        var representative = new List<int>(store.Count);
        var vectorOf = new int[store.Count];
        for (int row = 0; row < store.Count; row++)
        {
            vectorOf[row] = -1;
            if (store.IsZero(row))
                continue;
            ref int newest = ref CollectionsMarshal.GetValueRefOrAddDefault(firstWith, hashes[row], out bool known);
            int vector = known ? newest : -1;
            while (vector >= 0 && !store.RowSpan(representative[vector]).SequenceEqual(store.RowSpan(row)))
                vector = older[vector];
            if (vector < 0)
            {
                vector = representative.Count;
                representative.Add(row);
                older.Add(known ? newest : -1);
                newest = vector;
            }
            vectorOf[row] = vector;
        }
        return FromAssignment(vectorOf, representative.Count, rules);
    }

    private static DistinctVectors FromAssignment(int[] vectorOf, int count, NeighborRules rules)
    {
        var start = new int[count + 1];
        foreach (int vector in vectorOf)
            if (vector >= 0)
                start[vector + 1]++;
        for (int vector = 0; vector < count; vector++)
            start[vector + 1] += start[vector];
        var members = new int[start[count]];
        var next = start.AsSpan(0, count).ToArray();
        var firstEligible = new int[count];
        Array.Fill(firstEligible, int.MaxValue);
        for (int row = 0; row < vectorOf.Length; row++)
        {
            int vector = vectorOf[row];
            if (vector < 0)
                continue;
            members[next[vector]++] = row;
            if (rules.MayBeNeighbor is null || rules.MayBeNeighbor[row])
                firstEligible[vector] = Math.Min(firstEligible[vector], row);
        }
        return new DistinctVectors(start, members, firstEligible, FindSharedGroups(vectorOf, count, rules.IdenticalGroup));
    }

    private static int[]?[]? FindSharedGroups(int[] vectorOf, int count, int[]? groups)
    {
        if (groups is null)
            return null;
        var vectorOfGroup = new Dictionary<int, int>();
        var shared = new HashSet<int>();
        for (int row = 0; row < vectorOf.Length; row++)
            if (vectorOf[row] >= 0 && groups[row] >= 0 && !vectorOfGroup.TryAdd(groups[row], vectorOf[row]) && vectorOfGroup[groups[row]] != vectorOf[row])
                shared.Add(groups[row]);
        if (shared.Count == 0)
            return null;
        var perVector = new HashSet<int>?[count];
        for (int row = 0; row < vectorOf.Length; row++)
            if (vectorOf[row] >= 0 && shared.Contains(groups[row]))
                (perVector[vectorOf[row]] ??= []).Add(groups[row]);
        return Array.ConvertAll(perVector, set => set?.ToArray());
    }

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0x9E37_79B9_7F4A_7C15;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            hash = (ulong.RotateLeft(hash, 5) ^ word) * 0xD6E8_FEB8_6659_FD93;
        foreach (byte tail in bytes[(words.Length * sizeof(ulong))..])
            hash = (ulong.RotateLeft(hash, 5) ^ tail) * 0xD6E8_FEB8_6659_FD93;
        return hash ^ hash >> 32;
    }
}
