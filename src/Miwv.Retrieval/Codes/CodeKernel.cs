using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>Integer dot products of 8-bit codes, four rows at a time; exact, so every instruction set gives the same.</summary>
internal static unsafe class CodeKernel
{
    /// <summary>The instruction takes one side unsigned: codes of the query are moved by <see cref="Bias"/>, and dots are too large by that times the row's sum.</summary>
    internal static bool IsBiased => AvxVnni.IsSupported;

    internal const int Bias = 128;

    /// <summary>Lays a query out for <see cref="Dots"/>: bytes where dots are biased, 16-bit integers elsewhere.</summary>
    internal static void Prepare(sbyte* codes, int count, byte* query)
    {
        if (IsBiased)
        {
            for (int d = 0; d < count; d++)
                query[d] = (byte)(codes[d] + Bias);
        }
        else
        {
            for (int d = 0; d < count; d++)
                ((short*)query)[d] = codes[d];
        }
    }

    /// <param name="query">From <see cref="Prepare"/>.</param>
    /// <param name="a">A row's codes; so <paramref name="b"/>, <paramref name="c"/>, <paramref name="d"/>.</param>
    /// <param name="count">Codes of a row, a multiple of <see cref="VectorCodes.Step"/>.</param>
    /// <param name="dots">Four sums, biased or not.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Dots(byte* query, sbyte* a, sbyte* b, sbyte* c, sbyte* d, int count, int* dots)
    {
        if (AvxVnni.IsSupported)
            Vnni(query, a, b, c, d, count, dots);
        else if (Avx2.IsSupported)
            MultiplyAdd((short*)query, a, b, c, d, count, dots);
        else
            Widen((short*)query, a, b, c, d, count, dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vnni(byte* query, sbyte* a, sbyte* b, sbyte* c, sbyte* d, int count, int* dots)
    {
        Vector256<int> sumA = Vector256<int>.Zero, sumB = sumA, sumC = sumA, sumD = sumA, oddA = sumA, oddB = sumA, oddC = sumA, oddD = sumA;
        int k = 0;
        for (; k <= count - 64; k += 64)
        {
            Vector256<byte> even = Vector256.LoadAligned(query + k), odd = Vector256.LoadAligned(query + k + 32);
            sumA = AvxVnni.MultiplyWideningAndAdd(sumA, even, Vector256.LoadAligned(a + k));
            oddA = AvxVnni.MultiplyWideningAndAdd(oddA, odd, Vector256.LoadAligned(a + k + 32));
            sumB = AvxVnni.MultiplyWideningAndAdd(sumB, even, Vector256.LoadAligned(b + k));
            oddB = AvxVnni.MultiplyWideningAndAdd(oddB, odd, Vector256.LoadAligned(b + k + 32));
            sumC = AvxVnni.MultiplyWideningAndAdd(sumC, even, Vector256.LoadAligned(c + k));
            oddC = AvxVnni.MultiplyWideningAndAdd(oddC, odd, Vector256.LoadAligned(c + k + 32));
            sumD = AvxVnni.MultiplyWideningAndAdd(sumD, even, Vector256.LoadAligned(d + k));
            oddD = AvxVnni.MultiplyWideningAndAdd(oddD, odd, Vector256.LoadAligned(d + k + 32));
        }
        if (k < count)
        {
            Vector256<byte> rest = Vector256.LoadAligned(query + k);
            sumA = AvxVnni.MultiplyWideningAndAdd(sumA, rest, Vector256.LoadAligned(a + k));
            sumB = AvxVnni.MultiplyWideningAndAdd(sumB, rest, Vector256.LoadAligned(b + k));
            sumC = AvxVnni.MultiplyWideningAndAdd(sumC, rest, Vector256.LoadAligned(c + k));
            sumD = AvxVnni.MultiplyWideningAndAdd(sumD, rest, Vector256.LoadAligned(d + k));
        }
        Store(sumA + oddA, sumB + oddB, sumC + oddC, sumD + oddD, dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyAdd(short* query, sbyte* a, sbyte* b, sbyte* c, sbyte* d, int count, int* dots)
    {
        Vector256<int> sumA = Vector256<int>.Zero, sumB = sumA, sumC = sumA, sumD = sumA;
        for (int k = 0; k < count; k += 16)
        {
            Vector256<short> q = Vector256.LoadAligned(query + k);
            sumA += Avx2.MultiplyAddAdjacent(q, Avx2.ConvertToVector256Int16(a + k));
            sumB += Avx2.MultiplyAddAdjacent(q, Avx2.ConvertToVector256Int16(b + k));
            sumC += Avx2.MultiplyAddAdjacent(q, Avx2.ConvertToVector256Int16(c + k));
            sumD += Avx2.MultiplyAddAdjacent(q, Avx2.ConvertToVector256Int16(d + k));
        }
        Store(sumA, sumB, sumC, sumD, dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Widen(short* query, sbyte* a, sbyte* b, sbyte* c, sbyte* d, int count, int* dots)
    {
        Vector128<int> sumA = Vector128<int>.Zero, sumB = sumA, sumC = sumA, sumD = sumA;
        for (int k = 0; k < count; k += 8)
        {
            Vector128<short> q = Vector128.Load(query + k);
            sumA += Products(q, a + k);
            sumB += Products(q, b + k);
            sumC += Products(q, c + k);
            sumD += Products(q, d + k);
        }
        (dots[0], dots[1], dots[2], dots[3]) = (Vector128.Sum(sumA), Vector128.Sum(sumB), Vector128.Sum(sumC), Vector128.Sum(sumD));
    }

    // a product of two codes fits 16 bits
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<short> query, sbyte* codes)
    {
        Vector128<short> products = query * Vector128.WidenLower(Vector128.CreateScalar(*(long*)codes).AsSByte());
        return Vector128.WidenLower(products) + Vector128.WidenUpper(products);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d, int* dots)
    {
        // the tree of horizontal additions puts the four sums side by side
        Vector256<int> halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        (halves.GetLower() + halves.GetUpper()).Store(dots);
    }
}
