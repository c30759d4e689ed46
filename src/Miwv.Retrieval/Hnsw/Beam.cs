using System.Runtime.CompilerServices;

namespace Miwv.Retrieval;

/// <summary>
/// The ef nearest nodes seen so far, best first, each marked once it was expanded. An entry is one 64-bit key: similarity in an
/// order-preserving form above, node and mark below.
/// </summary>
internal sealed class Beam
{
    private ulong[] _keys = [];
    private int _width;
    private int _cursor;

    internal int Count { get; private set; }

    internal bool IsFull => Count == _width;

    internal void Reset(int width)
    {
        if (_keys.Length < width + 1)
            _keys = new ulong[width + 1];
        (_width, _cursor, Count) = (width, 0, 0);
    }

    /// <summary>Makes all entries unexpanded again, for a search with the same entries on the next layer.</summary>
    internal void Reopen(int width)
    {
        for (int i = 0; i < Count; i++)
            _keys[i] &= ~1UL;
        if (_keys.Length < width + 1)
            Array.Resize(ref _keys, width + 1);
        (_width, _cursor, Count) = (width, 0, Math.Min(Count, width));
    }

    internal int Node(int place) => (int)((uint)_keys[place] >> 1);

    internal float Similarity(int place)
    {
        uint bits = (uint)(_keys[place] >> 32);
        return BitConverter.UInt32BitsToSingle((bits & 0x8000_0000) != 0 ? bits ^ 0x8000_0000 : ~bits);
    }

    /// <summary>Takes the best node that was not expanded yet; false when all were.</summary>
    internal bool TryExpand(out int node)
    {
        while (_cursor < Count)
        {
            ulong key = _keys[_cursor];
            if ((key & 1) == 0)
            {
                _keys[_cursor++] = key | 1;
                node = (int)((uint)key >> 1);
                return true;
            }
            _cursor++;
        }
        node = -1;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Offer(int node, float similarity)
    {
        uint bits = BitConverter.SingleToUInt32Bits(similarity);
        bits = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        ulong key = (ulong)bits << 32 | (uint)node << 1;
        if (Count < _width || key > _keys[Count - 1])
            Insert(key);
    }

    private void Insert(ulong key)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_keys[middle] > key) low = middle + 1;
            else high = middle;
        }
        int kept = Math.Min(Count, _width - 1);
        _keys.AsSpan(low, kept - low).CopyTo(_keys.AsSpan(low + 1));
        _keys[low] = key;
        Count = kept + 1;
        _cursor = Math.Min(_cursor, low);
    }
}
