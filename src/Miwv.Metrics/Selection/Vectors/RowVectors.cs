using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Vectors;

/// <summary>
/// The unit vectors of some rows, by place in their list, with fp32 dot products whose bits do not depend on machine, thread or block.
/// Vectors of an F32 store are used where they are mapped; those of an F16 store are widened once.
/// </summary>
internal sealed class RowVectors
{
    private readonly EmbeddingStore store;
    private readonly int[] rows;
    private readonly float[]? widened;

    public RowVectors(EmbeddingStore store, int[] rows)
    {
        (this.store, this.rows, Dimension) = (store, rows, store.Dimension);
        if (store.Type == StoreType.F32) return;
        widened = new float[(long)rows.Length * Dimension];
        for (int place = 0; place < rows.Length; place++) store.CopyRow(rows[place], widened.AsSpan(place * Dimension, Dimension));
    }

    public int Count => rows.Length;
    public int Dimension { get; }

    public ReadOnlySpan<float> this[int place] => widened is null ? store.Row(rows[place]) : widened.AsSpan(place * Dimension, Dimension);

    public float Dot(int a, int b) => Dot(this[a], this[b]);

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref float x = ref MemoryMarshal.GetReference(a), y = ref MemoryMarshal.GetReference(b);
        var sum = Vector512<float>.Zero;
        int d = 0, whole = a.Length & ~15;
        for (; d < whole; d += 16) sum = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, (nuint)d), Vector512.LoadUnsafe(ref y, (nuint)d), sum);
        return Finish(sum, a[whole..], b[whole..]);
    }

    /// <summary>Dots of four places with four others, the same bits as one by one: result[4 i + j] = a_i · b_j.</summary>
    public void Dots(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<float> result)
    {
        ReadOnlySpan<float> a0 = this[a[0]], a1 = this[a[1]], a2 = this[a[2]], a3 = this[a[3]];
        ref float p0 = ref MemoryMarshal.GetReference(a0), p1 = ref MemoryMarshal.GetReference(a1), p2 = ref MemoryMarshal.GetReference(a2), p3 = ref MemoryMarshal.GetReference(a3);
        int whole = Dimension & ~15;
        for (int j = 0; j < 4; j += 2)
        {
            ReadOnlySpan<float> b0 = this[b[j]], b1 = this[b[j + 1]];
            ref float q0 = ref MemoryMarshal.GetReference(b0), q1 = ref MemoryMarshal.GetReference(b1);
            Vector512<float> s00 = Vector512<float>.Zero, s10 = s00, s20 = s00, s30 = s00, s01 = s00, s11 = s00, s21 = s00, s31 = s00;
            for (int d = 0; d < whole; d += 16)
            {
                Vector512<float> y0 = Vector512.LoadUnsafe(ref q0, (nuint)d), y1 = Vector512.LoadUnsafe(ref q1, (nuint)d);
                var x = Vector512.LoadUnsafe(ref p0, (nuint)d);
                s00 = Vector512.FusedMultiplyAdd(x, y0, s00);
                s01 = Vector512.FusedMultiplyAdd(x, y1, s01);
                x = Vector512.LoadUnsafe(ref p1, (nuint)d);
                s10 = Vector512.FusedMultiplyAdd(x, y0, s10);
                s11 = Vector512.FusedMultiplyAdd(x, y1, s11);
                x = Vector512.LoadUnsafe(ref p2, (nuint)d);
                s20 = Vector512.FusedMultiplyAdd(x, y0, s20);
                s21 = Vector512.FusedMultiplyAdd(x, y1, s21);
                x = Vector512.LoadUnsafe(ref p3, (nuint)d);
                s30 = Vector512.FusedMultiplyAdd(x, y0, s30);
                s31 = Vector512.FusedMultiplyAdd(x, y1, s31);
            }
            ReadOnlySpan<float> t0 = b0[whole..], t1 = b1[whole..];
            (result[j], result[j + 1]) = (Finish(s00, a0[whole..], t0), Finish(s01, a0[whole..], t1));
            (result[4 + j], result[5 + j]) = (Finish(s10, a1[whole..], t0), Finish(s11, a1[whole..], t1));
            (result[8 + j], result[9 + j]) = (Finish(s20, a2[whole..], t0), Finish(s21, a2[whole..], t1));
            (result[12 + j], result[13 + j]) = (Finish(s30, a3[whole..], t0), Finish(s31, a3[whole..], t1));
        }
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
