using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>Lays vectors out for <see cref="ITileKernel"/>: panels of a fixed width, within a panel depth-major, missing vectors zero.</summary>
/// <param name="store">The vectors.</param>
/// <param name="rowOf">The row of each vector number; null when vectors are rows.</param>
internal sealed unsafe class PanelPacker(EmbeddingStore store, int[]? rowOf) : IDisposable
{
    private const int Group = 4;

    // f16 rows are widened here, and zeros stand here for vectors that are not there
    private readonly float* _lines = (float*)NativeMemory.AllocZeroed((nuint)(Group * store.Dimension), sizeof(float));

    public void Dispose() => NativeMemory.Free(_lines);

    /// <summary>Packs <paramref name="count"/> vectors from <paramref name="first"/> into as many panels of an even <paramref name="width"/> as they need.</summary>
    internal void Pack(int first, int count, int width, float* target)
    {
        int depth = store.Dimension;
        float** lines = stackalloc float*[Group];
        for (int panel = 0; panel < count; panel += width, target += (long)width * depth)
        {
            for (int lane = 0; lane < width; lane += Group)
            {
                for (int line = 0; line < Group; line++)
                    lines[line] = Line(line, panel + lane + line < count && lane + line < width ? first + panel + lane + line : -1);
                if (lane + Group <= width)
                    Transpose(lines, target + lane, width, depth);
                else
                    TransposeTwo(lines[0], lines[1], target + lane, width, depth);
            }
        }
    }

    private float* Line(int line, int vector)
    {
        float* copy = _lines + line * store.Dimension;
        int row = vector >= 0 && rowOf is not null ? rowOf[vector] : vector;
        if (row >= 0 && store.Type == StoreType.F32)
            return (float*)store.RowPointer(row);
        var span = new Span<float>(copy, store.Dimension);
        if (row >= 0)
            store.CopyRow(row, span);
        else
            span.Clear();
        return copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float** lines, float* target, int width, int depth)
    {
        float* a = lines[0], b = lines[1], c = lines[2], d = lines[3];
        int k = 0;
        if (Sse.IsSupported)
        {
            for (; k + 4 <= depth; k += 4, target += 4 * width)
            {
                Vector128<float> rowA = Vector128.Load(a + k), rowB = Vector128.Load(b + k), rowC = Vector128.Load(c + k), rowD = Vector128.Load(d + k);
                Vector128<float> abLow = Sse.UnpackLow(rowA, rowB), abHigh = Sse.UnpackHigh(rowA, rowB);
                Vector128<float> cdLow = Sse.UnpackLow(rowC, rowD), cdHigh = Sse.UnpackHigh(rowC, rowD);
                Sse.MoveLowToHigh(abLow, cdLow).Store(target);
                Sse.MoveHighToLow(cdLow, abLow).Store(target + width);
                Sse.MoveLowToHigh(abHigh, cdHigh).Store(target + 2 * width);
                Sse.MoveHighToLow(cdHigh, abHigh).Store(target + 3 * width);
            }
        }
        for (; k < depth; k++, target += width)
            (target[0], target[1], target[2], target[3]) = (a[k], b[k], c[k], d[k]);
    }

    private static void TransposeTwo(float* a, float* b, float* target, int width, int depth)
    {
        for (int k = 0; k < depth; k++, target += width)
            (target[0], target[1]) = (a[k], b[k]);
    }
}
