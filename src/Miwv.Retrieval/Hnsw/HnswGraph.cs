using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>
/// The links of an index, in the layout of its file. Bottom layer: per node a count and 2M ids; upper layers: per node and layer a count and M ids,
/// nodes in order. The memory is either owned or the mapped file.
/// </summary>
internal sealed unsafe class HnswGraph : IDisposable
{
    private readonly IDisposable? _mapping;
    private readonly int[] _upperStart;
    private byte* _levels;
    private int* _bottom;
    private int* _upper;

    private HnswGraph(int m, int nodes, byte* levels, int* bottom, int* upper, IDisposable? mapping)
    {
        (M, Nodes, _mapping) = (m, nodes, mapping);
        _levels = levels;
        _bottom = bottom;
        _upper = upper;
        _upperStart = new int[nodes];
        for (int node = 0; node < nodes; node++)
        {
            _upperStart[node] = UpperLists;
            UpperLists = checked(UpperLists + levels[node]);
        }
    }

    internal int M { get; }

    internal int Nodes { get; }

    /// <summary>Link lists above the bottom layer.</summary>
    internal int UpperLists { get; private set; }

    /// <summary>Where every search begins: the first node of the highest layer; -1 in an empty index.</summary>
    internal int Entry { get; set; } = -1;

    internal int BottomStride => 2 * M + 1;

    internal int UpperStride => M + 1;

    internal Span<byte> LevelBytes => new(_levels, Nodes);

    internal long BottomBytes => (long)Nodes * BottomStride * sizeof(int);

    internal long UpperBytes => (long)UpperLists * UpperStride * sizeof(int);

    internal int* Bottom => _bottom;

    internal int* Upper => _upper;

    /// <summary>Empty lists for nodes of the given levels, in memory of its own.</summary>
    internal static HnswGraph Allocate(int m, ReadOnlySpan<byte> levels)
    {
        long upperLists = 0;
        foreach (byte level in levels)
            upperLists += level;
        var levelBytes = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, levels.Length));
        levels.CopyTo(new Span<byte>(levelBytes, levels.Length));
        var bottom = (int*)NativeMemory.AllocZeroed((nuint)Math.Max(1, (long)levels.Length * (2 * m + 1)), sizeof(int));
        var upper = (int*)NativeMemory.AllocZeroed((nuint)Math.Max(1, upperLists * (m + 1)), sizeof(int));
        return new HnswGraph(m, levels.Length, levelBytes, bottom, upper, null);
    }

    /// <summary>The lists of a mapped file; disposing the graph disposes the mapping.</summary>
    internal static HnswGraph Over(int m, int nodes, byte* levels, int* bottom, int* upper, IDisposable mapping) => new(m, nodes, levels, bottom, upper, mapping);

    internal int Level(int node) => _levels[node];

    /// <summary>A node's list on a layer: the count, then the ids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int* Links(int node, int layer) =>
        layer == 0 ? _bottom + (long)node * BottomStride : _upper + (long)(_upperStart[node] + layer - 1) * UpperStride;

    /// <summary>Asks for the cache lines of a node's list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(int node, int layer)
    {
        if (!Sse.IsSupported)
            return;
        var list = (byte*)Links(node, layer);
        for (int line = 0; line <= Capacity(layer) * sizeof(int); line += 64)
            Sse.Prefetch0(list + line);
    }

    internal ReadOnlySpan<int> Neighbors(int node, int layer)
    {
        int* links = Links(node, layer);
        return new ReadOnlySpan<int>(links + 1, *links);
    }

    internal int Capacity(int layer) => layer == 0 ? 2 * M : M;

    public void Dispose()
    {
        if (_levels == null)
            return;
        if (_mapping is not null)
        {
            _mapping.Dispose();
        }
        else
        {
            NativeMemory.Free(_levels);
            NativeMemory.Free(_bottom);
            NativeMemory.Free(_upper);
        }
        _levels = null;
        _bottom = _upper = null;
    }
}
