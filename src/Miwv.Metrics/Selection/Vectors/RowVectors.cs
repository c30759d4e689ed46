using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Vectors;

/// <summary>
/// The unit vectors of some rows, by place in their list, with fp32 dot products whose bits do not depend on machine or thread.
/// Vectors of an F32 store are used where they are mapped; those of an F16 store are widened once.
/// </summary>
internal sealed class RowVectors
{
    private readonly EmbeddingStore store;
    private readonly int[] rows;
    // one array ends at 2^31 components: 600,000 rows of 4,096
    private const int BlockShift = 12, BlockRows = 1 << BlockShift;
    private readonly float[][]? widened;

    public RowVectors(EmbeddingStore store, int[] rows)
    {
        (this.store, this.rows, Dimension) = (store, rows, store.Dimension);
        if (store.Type == StoreType.F32) return;
        widened = new float[(rows.Length + BlockRows - 1) >> BlockShift][];
        for (int block = 0; block < widened.Length; block++) widened[block] = new float[Math.Min(BlockRows, rows.Length - (block << BlockShift)) * Dimension];
        for (int place = 0; place < rows.Length; place++) store.CopyRow(rows[place], Widened(widened, place));
    }

    public int Count => rows.Length;
    public int Dimension { get; }

    public ReadOnlySpan<float> this[int place] => widened is null ? store.Row(rows[place]) : Widened(widened, place);

    private Span<float> Widened(float[][] blocks, int place) => blocks[place >> BlockShift].AsSpan((place & (BlockRows - 1)) * Dimension, Dimension);

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref float x = ref MemoryMarshal.GetReference(a), y = ref MemoryMarshal.GetReference(b);
        var sum = Vector512<float>.Zero;
        int d = 0, whole = a.Length & ~15;
        for (; d < whole; d += 16) sum = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, (nuint)d), Vector512.LoadUnsafe(ref y, (nuint)d), sum);
        return Finish(sum, a[whole..], b[whole..]);
    }

    // One order of additions for every caller: halves folded onto each other, then the components that fill no vector.
    private static float Finish(Vector512<float> sum, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var half = sum.GetLower() + sum.GetUpper();
        var quarter = half.GetLower() + half.GetUpper();
        float total = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
        for (int d = 0; d < a.Length; d++) total = MathF.FusedMultiplyAdd(a[d], b[d], total);
        return total;
    }
}
