using System.Numerics;
using System.Runtime.InteropServices;

namespace Miwv.Data;

/// <summary>CRC-32C (Castagnoli; RFC 3720, B.4), the checksum of every file this program keeps: by the processor's instruction (SSE4.2, Arm CRC32), by a table elsewhere.</summary>
public static class Crc32C
{
    /// <summary>The register of an empty message; pass it as the first <c>crc</c> of <see cref="Update(uint, ReadOnlySpan{byte})"/> and end with <see cref="Finish"/>.</summary>
    public const uint Start = 0xFFFF_FFFF;

    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte tail in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, tail);
        return crc;
    }

    public static uint Finish(uint crc) => ~crc;

    /// <summary>The checksum of a whole message.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Update(Start, bytes));
}
