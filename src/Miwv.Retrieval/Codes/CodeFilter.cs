using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>
/// Sorts out the vectors whose dot product with a query is certainly below a bound, one thread's scratch.
/// |a·b - a'·b'| is at most |a - a'| |b| + |a'| |b - b'| for codes a', b' (Cauchy and Schwarz).
/// </summary>
internal sealed unsafe class CodeFilter(VectorCodes codes) : IDisposable
{
    // behind the signed codes of a query, the same 16 bits wide or moved to 1..255, as the kernel takes them
    private readonly byte* _query = (byte*)NativeMemory.AlignedAlloc((nuint)(codes.Padded * sizeof(short)), 64);
    private VectorCodes.Tail _tail;

    public void Dispose() => NativeMemory.AlignedFree(_query);

    internal void SetQuery(int vector)
    {
        sbyte* row = codes.Row(vector);
        _tail = *codes.TailOf(row);
        CodeKernel.Prepare(row, codes.Padded, _query);
    }

    /// <summary>Asks for a row's cache lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(int vector)
    {
        if (!Sse.IsSupported)
            return;
        sbyte* row = codes.Row(vector);
        for (int line = 0; line < codes.Lines; line++)
            Sse.Prefetch0(row + line * 64);
    }

    /// <summary>Keeps, in order, the vectors whose f32 dot product with the query can be <paramref name="atLeast"/> or more; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Keep(int* vectors, int count, float atLeast)
    {
        // what is the same for all: the query's own loss against the longest vector, and the rounding of f32 sums
        float longest = codes.LongestVector, bound = atLeast - _tail.Lost * longest * 1.0001f - codes.Slack;
        float perLoss = (longest + _tail.Lost) * 1.0001f;
        int* dots = stackalloc int[4];
        int kept = 0;
        for (int i = 0; i < count; i += 4)
        {
            int last = count - 1;
            int v0 = vectors[i], v1 = vectors[Math.Min(i + 1, last)], v2 = vectors[Math.Min(i + 2, last)], v3 = vectors[Math.Min(i + 3, last)];
            sbyte* a = codes.Row(v0), b = codes.Row(v1), c = codes.Row(v2), d = codes.Row(v3);
            CodeKernel.Dots(_query, a, b, c, d, codes.Padded, dots);
            vectors[kept] = v0;
            kept += Reaches(dots[0], codes.TailOf(a), bound, perLoss);
            if (i + 1 < count)
            {
                vectors[kept] = v1;
                kept += Reaches(dots[1], codes.TailOf(b), bound, perLoss);
            }
            if (i + 2 < count)
            {
                vectors[kept] = v2;
                kept += Reaches(dots[2], codes.TailOf(c), bound, perLoss);
            }
            if (i + 3 < count)
            {
                vectors[kept] = v3;
                kept += Reaches(dots[3], codes.TailOf(d), bound, perLoss);
            }
        }
        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Reaches(int dot, VectorCodes.Tail* tail, float bound, float perLoss)
    {
        if (CodeKernel.IsBiased)
            dot -= CodeKernel.Bias * tail->Sum;
        return dot * (_tail.Scale * tail->Scale) + tail->Lost * perLoss >= bound ? 1 : 0;
    }
}
