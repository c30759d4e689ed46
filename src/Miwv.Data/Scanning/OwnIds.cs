using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Miwv.Data;

/// <summary>
/// Finds two rows with the same id from 128 bits of the SHA-256 of each, so that ids of any length take 16 bytes.
/// Nothing is kept while no row has an id of its own.
/// </summary>
internal sealed class OwnIds(IdSource source)
{
    private readonly List<UInt128> _hashes = [];
    private bool _any;

    /// <summary>False if ids in the file are ignored.</summary>
    public bool Wanted => source == IdSource.Own;

    /// <summary>Takes the id of the next row; null if its position is its id.</summary>
    public void Add(int index, RowId? own)
    {
        if (own is not null && !_any)
        {
            _any = true;
            for (int i = 0; i < index; i++)
                _hashes.Add(Hash(RowId.FromPosition(i)));
        }
        if (_any)
            _hashes.Add(Hash(own ?? RowId.FromPosition(index)));
    }

    /// <summary>The first row whose id an earlier row has, and that earlier row; null if all ids differ.</summary>
    public (int First, int Second)? Duplicate()
    {
        int[] rows = [.. Enumerable.Range(0, _hashes.Count)];
        Span<UInt128> hashes = CollectionsMarshal.AsSpan(_hashes);
        MemoryExtensions.Sort(hashes, rows.AsSpan());
        (int First, int Second)? found = null;
        for (int i = 0, end; i < rows.Length; i = end)
        {
            end = i + 1;
            while (end < rows.Length && hashes[end] == hashes[i])
                end++;
            if (end - i < 2)
                continue;
            Span<int> same = rows.AsSpan(i, end - i);
            same.Sort();
            if (found is null || same[1] < found.Value.Second)
                found = (same[0], same[1]);
        }
        return found;
    }

    private static UInt128 Hash(RowId id)
    {
        ReadOnlySpan<byte> text = MemoryMarshal.AsBytes(id.Text.AsSpan());
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, digest);
        // The last bit tells the string "5" from the integer 5.
        UInt128 hash = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        return id.IsString ? hash | UInt128.One : hash & ~UInt128.One;
    }
}
