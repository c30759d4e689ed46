using System.Runtime.InteropServices;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

/// <summary>Native memory that holds a logits array at a chosen distance from a 64-byte boundary, nothing after its last row.</summary>
internal sealed unsafe class LogitsRows : IDisposable
{
    private readonly void* block;

    internal LogitsRows(int rows, int vocab, long stride, LogitsType type = LogitsType.F32, int elementsOff = 0)
    {
        int size = type == LogitsType.F32 ? 4 : 2;
        nuint bytes = (nuint)((rows == 0 ? 1 : ((rows - 1) * stride) + vocab) + elementsOff) * (nuint)size;
        block = NativeMemory.AlignedAlloc(bytes, 64);
        View = new LogitsView((nint)block + (elementsOff * size), rows, vocab, stride, type);
    }

    internal LogitsView View { get; }

    internal Span<float> Row(int row) => new((float*)View.Address + (row * View.RowStride), View.Vocab);

    internal Span<Half> HalfRow(int row) => new((Half*)View.Address + (row * View.RowStride), View.Vocab);

    internal Span<ushort> BitsRow(int row) => new((ushort*)View.Address + (row * View.RowStride), View.Vocab);

    /// <summary>A row as floats, whatever it is stored as.</summary>
    internal float[] Widened(int row)
    {
        float[] wide = new float[View.Vocab];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = View.Type switch
            {
                LogitsType.F32 => Row(row)[i],
                LogitsType.F16 => (float)HalfRow(row)[i],
                _ => BitConverter.UInt32BitsToSingle((uint)BitsRow(row)[i] << 16),
            };
        return wide;
    }

    internal void Fill(Func<int, int, float> logit)
    {
        for (int r = 0; r < View.Rows; r++)
            for (int i = 0; i < View.Vocab; i++)
                switch (View.Type)
                {
                    case LogitsType.F32: Row(r)[i] = logit(r, i); break;
                    case LogitsType.F16: HalfRow(r)[i] = (Half)logit(r, i); break;
                    default: BitsRow(r)[i] = (ushort)(BitConverter.SingleToUInt32Bits(logit(r, i)) >> 16); break;
                }
    }

    public void Dispose() => NativeMemory.AlignedFree(block);
}
