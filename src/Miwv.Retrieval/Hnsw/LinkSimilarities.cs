using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>The similarity of every link, kept while an index is built (4 bytes a link) and forgotten afterwards.</summary>
internal sealed unsafe class LinkSimilarities(HnswGraph graph) : IDisposable
{
    // shaped like the lists themselves, the count's place unused, so that a list's similarities are found by its own offset
    private readonly float* _bottom = (float*)NativeMemory.Alloc((nuint)Math.Max(1, graph.BottomBytes));
    private readonly float* _upper = (float*)NativeMemory.Alloc((nuint)Math.Max(1, graph.UpperBytes));

    public void Dispose()
    {
        NativeMemory.Free(_bottom);
        NativeMemory.Free(_upper);
    }

    internal float* Of(int node, int layer) => layer == 0
        ? _bottom + (graph.Links(node, 0) - graph.Bottom)
        : _upper + (graph.Links(node, layer) - graph.Upper);

    /// <summary>Computes them anew for a node of a loaded index; the bits are those of the build.</summary>
    internal void Compute(int node, QueryDots dots)
    {
        dots.SetQuery(node);
        for (int layer = 0; layer <= graph.Level(node); layer++)
            dots.Dots(graph.Links(node, layer) + 1, *graph.Links(node, layer), Of(node, layer));
    }
}
