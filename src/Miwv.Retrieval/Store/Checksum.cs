using System.Numerics;
using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>CRC-32C (Castagnoli), the checksum of every file of this library; hardware speed where the CPU has it.</summary>
internal static class Checksum
{
    /// <summary>The register of an empty message; pass it as the first <c>crc</c> and finish with <see cref="Finish"/>.</summary>
    internal const uint Start = 0xFFFF_FFFF;

    internal static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte tail in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, tail);
        return crc;
    }

    internal static uint Finish(uint crc) => ~crc;

    internal static uint Of(ReadOnlySpan<byte> bytes) => Finish(Update(Start, bytes));

    /// <summary>Checksum of one block; its place and size are part of the message, so a block in the wrong place is a wrong block.</summary>
    internal static uint OfBlock(long index, int rows, ReadOnlySpan<byte> bytes)
    {
        uint crc = BitOperations.Crc32C(Start, (ulong)index);
        crc = BitOperations.Crc32C(crc, (uint)rows);
        return Finish(Update(crc, bytes));
    }
}
