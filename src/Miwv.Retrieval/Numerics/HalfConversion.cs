using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Miwv.Retrieval;

/// <summary>f16 to f32 in integer arithmetic, 16 or fewer lanes at a time; exact for every finite value, subnormals included.</summary>
internal static class HalfConversion
{
    // 2^112: moves the f16 exponent bias (15) to the f32 bias (127)
    private const int Rebias = 0x7780_0000;

    internal static void ToSingle(ReadOnlySpan<Half> source, Span<float> target)
    {
        ReadOnlySpan<ushort> bits = MemoryMarshal.Cast<Half, ushort>(source);
        ref ushort from = ref MemoryMarshal.GetReference(bits);
        ref float to = ref MemoryMarshal.GetReference(target[..source.Length]);
        int d = 0;
        for (; d <= source.Length - 16; d += 16)
            Widen(Vector256.LoadUnsafe(ref from, (nuint)d)).StoreUnsafe(ref to, (nuint)d);
        for (; d < source.Length; d++)
            target[d] = (float)source[d];
    }

    /// <summary>16 finite f16 bit patterns as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Widen(Vector256<ushort> halves)
    {
        Vector512<uint> bits = Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        Vector512<uint> magnitude = (bits & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> sign = (bits & Vector512.Create(0x8000u)) << 16;
        Vector512<float> scaled = magnitude.AsSingle() * Vector512.Create(Rebias).AsSingle();
        return (scaled.AsUInt32() | sign).AsSingle();
    }
}
