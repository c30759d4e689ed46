namespace Miwv.Retrieval;

/// <summary>Lays vectors out for <see cref="ITileKernel"/>: panels of a fixed width, within a panel depth-major, missing vectors zero.</summary>
internal sealed unsafe class PanelPacker(EmbeddingStore store, DistinctVectors vectors)
{
    private readonly float[] _line = new float[store.Dimension];

    /// <summary>Packs <paramref name="count"/> vectors from <paramref name="first"/> into as many panels as they need.</summary>
    internal void Pack(int first, int count, int width, float* target)
    {
        int depth = store.Dimension;
        for (int panel = 0; panel * width < count; panel++, target += (long)width * depth)
        {
            int filled = Math.Min(width, count - panel * width);
            int lane = 0;
            if (store.Type == StoreType.F32)
            {
                for (; lane + 4 <= filled; lane += 4)
                {
                    int vector = first + panel * width + lane;
                    PackFour(Pointer(vector), Pointer(vector + 1), Pointer(vector + 2), Pointer(vector + 3), target + lane, width, depth);
                }
            }
            for (; lane < filled; lane++)
            {
                store.CopyRow(vectors.RowOf(first + panel * width + lane), _line);
                for (int k = 0; k < depth; k++)
                    target[k * width + lane] = _line[k];
            }
            for (; lane < width; lane++)
                for (int k = 0; k < depth; k++)
                    target[k * width + lane] = 0;
        }
    }

    private float* Pointer(int vector) => (float*)store.RowPointer(vectors.RowOf(vector));

    private static void PackFour(float* a, float* b, float* c, float* d, float* target, int width, int depth)
    {
        for (int k = 0; k < depth; k++)
        {
            float* at = target + k * width;
            at[0] = a[k];
            at[1] = b[k];
            at[2] = c[k];
            at[3] = d[k];
        }
    }
}
