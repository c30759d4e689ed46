using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// The different vectors of a store: rows with equal bytes are one vector with several members, so that a thousand copies of a row cost one.
/// Zero rows belong to none. Vectors are numbered by their first row, so rows appended to a store only append vectors.
/// </summary>
internal sealed class DistinctVectors
{
    private readonly ulong[] _rowHashes;
    private readonly int[] _memberStart;
    private readonly int[] _members;

    private DistinctVectors(ulong[] rowHashes, int[] vectorOf, int[] memberStart, int[] members)
    {
        (_rowHashes, VectorOf, _memberStart, _members) = (rowHashes, vectorOf, memberStart, members);
        FirstRows = new int[memberStart.Length - 1];
        for (int vector = 0; vector < FirstRows.Length; vector++)
            FirstRows[vector] = members[memberStart[vector]];
    }

    internal int Count => FirstRows.Length;

    /// <summary>Per vector: its first row, whose bytes stand for it.</summary>
    internal int[] FirstRows { get; }

    /// <summary>Per row: its vector, or -1 for a zero row.</summary>
    internal int[] VectorOf { get; }

    /// <summary>All rows with this vector, ascending.</summary>
    internal ReadOnlySpan<int> Members(int vector) => _members.AsSpan(_memberStart[vector].._memberStart[vector + 1]);

    /// <summary>A 64-bit digest of the bytes of the first <paramref name="rows"/> rows: an index knows its vectors by it.</summary>
    internal ulong Digest(int rows)
    {
        ulong digest = 0;
        foreach (ulong hash in _rowHashes.AsSpan(0, rows))
            digest = (ulong.RotateLeft(digest, 7) ^ hash) * 0x9E37_79B9_7F4A_7C15;
        return digest;
    }

    internal static DistinctVectors Of(EmbeddingStore store, ParallelOptions parallel)
    {
        var hashes = new ulong[store.Count];
        Parallel.For(0, (store.Count + 255) / 256, parallel, chunk =>
        {
            for (int row = chunk * 256; row < Math.Min(store.Count, (chunk + 1) * 256); row++)
                hashes[row] = HashOf(store.RowSpan(row));
        });

        var newestWith = new Dictionary<ulong, int>(store.Count); // hash -> newest vector with it
        var older = new List<int>(store.Count);                   // vector -> the previous vector with the same hash, or -1
        var firstRow = new List<int>(store.Count);
        var vectorOf = new int[store.Count];
        for (int row = 0; row < store.Count; row++)
        {
            vectorOf[row] = -1;
            if (store.IsZero(row))
                continue;
            ref int newest = ref CollectionsMarshal.GetValueRefOrAddDefault(newestWith, hashes[row], out bool known);
            int vector = known ? newest : -1;
            while (vector >= 0 && !store.RowSpan(firstRow[vector]).SequenceEqual(store.RowSpan(row)))
                vector = older[vector];
            if (vector < 0)
            {
                vector = firstRow.Count;
                firstRow.Add(row);
                older.Add(known ? newest : -1);
                newest = vector;
            }
            vectorOf[row] = vector;
        }

        var start = new int[firstRow.Count + 1];
        foreach (int vector in vectorOf)
            if (vector >= 0)
                start[vector + 1]++;
        for (int vector = 0; vector < firstRow.Count; vector++)
            start[vector + 1] += start[vector];
        var members = new int[start[^1]];
        int[] next = start[..^1];
        for (int row = 0; row < vectorOf.Length; row++)
            if (vectorOf[row] >= 0)
                members[next[vectorOf[row]]++] = row;
        return new DistinctVectors(hashes, vectorOf, start, members);
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
