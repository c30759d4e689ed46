using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// Which candidates become links (Malkov and Yashunin, algorithm 4): best first, each only if it is nearer to the new vector than to every
/// link chosen before, so that links point in different directions.
/// </summary>
internal sealed unsafe class LinkSelection(EmbeddingStore store, DistinctVectors vectors, int capacity) : IDisposable
{
    private const int Chunk = 4;

    private readonly QueryDots _dots = new(store, vectors);
    private readonly int* _nodes = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
    private readonly float* _similarities = (float*)NativeMemory.Alloc((nuint)capacity, sizeof(float));

    /// <summary>The chosen nodes, best first.</summary>
    internal ReadOnlySpan<int> Nodes => new(_nodes, Count);

    /// <summary>Their similarities to the vector they were chosen for.</summary>
    internal ReadOnlySpan<float> Similarities => new(_similarities, Count);

    internal int Count { get; private set; }

    public void Dispose()
    {
        _dots.Dispose();
        NativeMemory.Free(_nodes);
        NativeMemory.Free(_similarities);
    }

    internal void Clear() => Count = 0;

    /// <summary>Offers the next best candidate; false when <paramref name="limit"/> links are chosen and no more are wanted.</summary>
    internal bool Offer(int node, float similarity, int limit)
    {
        if (Count == limit)
            return false;
        float* between = stackalloc float[Chunk];
        if (Count > 0)
            _dots.SetQuery(node);
        for (int first = 0; first < Count; first += Chunk)
        {
            int count = Math.Min(Chunk, Count - first);
            _dots.Dots(_nodes + first, count, between);
            for (int i = 0; i < count; i++)
                if (between[i] >= similarity)
                    return true;
        }
        (_nodes[Count], _similarities[Count]) = (node, similarity);
        Count++;
        return true;
    }
}
