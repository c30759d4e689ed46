using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Miwv.Retrieval;

/// <summary>
/// Dot products in fp64 with one fixed order of summation (16 lanes, then a fixed tree), so that every machine and every caller gets the same bits.
/// Products of two floats are exact in fp64, hence a fused multiply-add rounds like a multiply and an add.
/// </summary>
internal static unsafe class ExactDot
{
    internal static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, b.Length);
        fixed (float* first = a, second = b)
            return OfSingle(first, second, a.Length);
    }

    internal static double OfSingle(float* a, float* b, int dimension)
    {
        Vector512<double> low = Vector512<double>.Zero, high = Vector512<double>.Zero;
        int d = 0;
        for (; d <= dimension - 16; d += 16)
            Add(Vector512.Load(a + d), Vector512.Load(b + d), ref low, ref high);
        if (d < dimension)
        {
            float* tailA = stackalloc float[16], tailB = stackalloc float[16];
            for (int t = 0; t < 16; t++)
                (tailA[t], tailB[t]) = d + t < dimension ? (a[d + t], b[d + t]) : (0f, 0f);
            Add(Vector512.Load(tailA), Vector512.Load(tailB), ref low, ref high);
        }
        return Sum(low + high);
    }

    internal static double OfHalf(Half* a, Half* b, int dimension)
    {
        Vector512<double> low = Vector512<double>.Zero, high = Vector512<double>.Zero;
        int d = 0;
        for (; d <= dimension - 16; d += 16)
            Add(HalfConversion.Widen(Vector256.Load((ushort*)a + d)), HalfConversion.Widen(Vector256.Load((ushort*)b + d)), ref low, ref high);
        if (d < dimension)
        {
            float* tailA = stackalloc float[16], tailB = stackalloc float[16];
            for (int t = 0; t < 16; t++)
                (tailA[t], tailB[t]) = d + t < dimension ? ((float)a[d + t], (float)b[d + t]) : (0f, 0f);
            Add(Vector512.Load(tailA), Vector512.Load(tailB), ref low, ref high);
        }
        return Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> a, Vector512<float> b, ref Vector512<double> low, ref Vector512<double> high)
    {
        (Vector512<double> aLow, Vector512<double> aHigh) = Vector512.Widen(a);
        (Vector512<double> bLow, Vector512<double> bHigh) = Vector512.Widen(b);
        low += aLow * bLow;
        high += aHigh * bHigh;
    }

    private static double Sum(Vector512<double> lanes)
    {
        Vector256<double> four = lanes.GetLower() + lanes.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
