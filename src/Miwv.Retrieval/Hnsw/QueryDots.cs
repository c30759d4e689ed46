using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>
/// f32 dot products of one query with many stored vectors, four at a time to keep several memory reads in flight. One order of summation,
/// the same for every vector of a batch and for either side as the query, so graphs do not depend on how work was split.
/// </summary>
internal sealed unsafe class QueryDots : IDisposable
{
    private const int Lanes = 16;

    // f16 bits moved into f32 position stand for the value times 2^-112; the query carries the factor 2^112 instead of every component
    private const float HalfScale = 5.192296858534828e33f;

    private readonly int _dimension;
    private readonly bool _half;
    private readonly byte* _rows;
    private readonly long _rowBytes;
    private readonly int[] _firstRows;
    private readonly float* _copy;
    private float* _query;

    internal QueryDots(EmbeddingStore store, DistinctVectors vectors)
    {
        _dimension = store.Dimension;
        _half = store.Type == StoreType.F16;
        _rows = store.Count > 0 ? store.RowPointer(0) : null;
        _rowBytes = store.RowBytes;
        _firstRows = vectors.FirstRows;
        _copy = (float*)NativeMemory.AlignedAlloc((nuint)(_dimension * sizeof(float)), 64);
    }

    public void Dispose() => NativeMemory.AlignedFree(_copy);

    /// <summary>Makes a stored vector the query.</summary>
    internal void SetQuery(int vector)
    {
        if (!_half)
        {
            _query = (float*)RowOf(vector);
            return;
        }
        HalfConversion.ToSingle(new ReadOnlySpan<Half>(RowOf(vector), _dimension), new Span<float>(_copy, _dimension));
        ScaleCopy();
    }

    /// <summary>Makes a vector from outside the query.</summary>
    internal void SetQuery(ReadOnlySpan<float> vector)
    {
        vector.CopyTo(new Span<float>(_copy, _dimension));
        if (_half)
            ScaleCopy();
        _query = _copy;
    }

    internal float Dot(int vector)
    {
        float similarity;
        Dots(&vector, 1, &similarity);
        return similarity;
    }

    /// <summary>Dot products with <paramref name="count"/> vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Dots(int* vectors, int count, float* similarities)
    {
        for (int i = 0; i < count; i += 4)
        {
            int last = count - 1;
            byte* a = RowOf(vectors[i]), b = RowOf(vectors[Math.Min(i + 1, last)]);
            byte* c = RowOf(vectors[Math.Min(i + 2, last)]), d = RowOf(vectors[Math.Min(i + 3, last)]);
            Vector128<float> four = _half
                ? Half4(_query, (ushort*)a, (ushort*)b, (ushort*)c, (ushort*)d, _dimension)
                : Single4(_query, (float*)a, (float*)b, (float*)c, (float*)d, _dimension);
            for (int lane = 0; lane < Math.Min(4, count - i); lane++)
                similarities[i + lane] = four[lane];
        }
    }

    /// <summary>Asks for a vector's cache lines: rows lie anywhere, and the hardware notices a run too late.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(int vector)
    {
        if (!Sse.IsSupported)
            return;
        byte* row = RowOf(vector);
        for (long line = 0; line < _rowBytes; line += 64)
            Sse.Prefetch0(row + line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* RowOf(int vector) => _rows + _firstRows[vector] * _rowBytes;

    private void ScaleCopy()
    {
        int k = 0;
        for (; k <= _dimension - Lanes; k += Lanes)
            (Vector512.Load(_copy + k) * HalfScale).Store(_copy + k);
        for (; k < _dimension; k++)
            _copy[k] *= HalfScale;
        _query = _copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> Single4(float* query, float* a, float* b, float* c, float* d, int dimension)
    {
        // two sums a vector: eight independent chains hide the latency of the additions
        Vector512<float> sumA = Vector512<float>.Zero, sumB = sumA, sumC = sumA, sumD = sumA, oddA = sumA, oddB = sumA, oddC = sumA, oddD = sumA;
        int k = 0;
        for (; k <= dimension - 2 * Lanes; k += 2 * Lanes)
        {
            Vector512<float> even = Vector512.Load(query + k), odd = Vector512.Load(query + k + Lanes);
            sumA = Vector512.FusedMultiplyAdd(even, Vector512.Load(a + k), sumA);
            oddA = Vector512.FusedMultiplyAdd(odd, Vector512.Load(a + k + Lanes), oddA);
            sumB = Vector512.FusedMultiplyAdd(even, Vector512.Load(b + k), sumB);
            oddB = Vector512.FusedMultiplyAdd(odd, Vector512.Load(b + k + Lanes), oddB);
            sumC = Vector512.FusedMultiplyAdd(even, Vector512.Load(c + k), sumC);
            oddC = Vector512.FusedMultiplyAdd(odd, Vector512.Load(c + k + Lanes), oddC);
            sumD = Vector512.FusedMultiplyAdd(even, Vector512.Load(d + k), sumD);
            oddD = Vector512.FusedMultiplyAdd(odd, Vector512.Load(d + k + Lanes), oddD);
        }
        for (; k <= dimension - Lanes; k += Lanes)
        {
            Vector512<float> q = Vector512.Load(query + k);
            sumA = Vector512.FusedMultiplyAdd(q, Vector512.Load(a + k), sumA);
            sumB = Vector512.FusedMultiplyAdd(q, Vector512.Load(b + k), sumB);
            sumC = Vector512.FusedMultiplyAdd(q, Vector512.Load(c + k), sumC);
            sumD = Vector512.FusedMultiplyAdd(q, Vector512.Load(d + k), sumD);
        }
        Vector128<float> tail = Vector128<float>.Zero;
        for (; k < dimension; k++)
            tail += Vector128.Create(query[k]) * Vector128.Create(a[k], b[k], c[k], d[k]);
        return Vector128.Create(Vector512.Sum(sumA + oddA), Vector512.Sum(sumB + oddB), Vector512.Sum(sumC + oddC), Vector512.Sum(sumD + oddD)) + tail;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> Half4(float* query, ushort* a, ushort* b, ushort* c, ushort* d, int dimension)
    {
        // two sums a vector: eight independent chains hide the latency of the additions
        Vector512<float> sumA = Vector512<float>.Zero, sumB = sumA, sumC = sumA, sumD = sumA, oddA = sumA, oddB = sumA, oddC = sumA, oddD = sumA;
        int k = 0;
        for (; k <= dimension - 2 * Lanes; k += 2 * Lanes)
        {
            Vector512<float> even = Vector512.Load(query + k), odd = Vector512.Load(query + k + Lanes);
            sumA = Vector512.FusedMultiplyAdd(even, Unscaled(a + k), sumA);
            oddA = Vector512.FusedMultiplyAdd(odd, Unscaled(a + k + Lanes), oddA);
            sumB = Vector512.FusedMultiplyAdd(even, Unscaled(b + k), sumB);
            oddB = Vector512.FusedMultiplyAdd(odd, Unscaled(b + k + Lanes), oddB);
            sumC = Vector512.FusedMultiplyAdd(even, Unscaled(c + k), sumC);
            oddC = Vector512.FusedMultiplyAdd(odd, Unscaled(c + k + Lanes), oddC);
            sumD = Vector512.FusedMultiplyAdd(even, Unscaled(d + k), sumD);
            oddD = Vector512.FusedMultiplyAdd(odd, Unscaled(d + k + Lanes), oddD);
        }
        for (; k <= dimension - Lanes; k += Lanes)
        {
            Vector512<float> q = Vector512.Load(query + k);
            sumA = Vector512.FusedMultiplyAdd(q, Unscaled(a + k), sumA);
            sumB = Vector512.FusedMultiplyAdd(q, Unscaled(b + k), sumB);
            sumC = Vector512.FusedMultiplyAdd(q, Unscaled(c + k), sumC);
            sumD = Vector512.FusedMultiplyAdd(q, Unscaled(d + k), sumD);
        }
        Vector128<float> tail = Vector128<float>.Zero;
        for (; k < dimension; k++)
            tail += Vector128.Create(query[k]) * Vector128.Create(Unscaled(a[k]), Unscaled(b[k]), Unscaled(c[k]), Unscaled(d[k]));
        return Vector128.Create(Vector512.Sum(sumA + oddA), Vector512.Sum(sumB + oddB), Vector512.Sum(sumC + oddC), Vector512.Sum(sumD + oddD)) + tail;
    }

    /// <summary>16 f16 values times 2^-112: sign, exponent and mantissa moved to their f32 places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Unscaled(ushort* halves)
    {
        Vector512<int> bits;
        if (Avx512F.IsSupported)
        {
            bits = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)halves));
        }
        else
        {
            Vector256<short> packed = Vector256.Load((short*)halves);
            bits = Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed));
        }
        return ((bits << 13) & Vector512.Create(unchecked((int)0x8FFF_E000))).AsSingle();
    }

    private static float Unscaled(ushort half) => BitConverter.Int32BitsToSingle(((short)half << 13) & unchecked((int)0x8FFF_E000));
}
