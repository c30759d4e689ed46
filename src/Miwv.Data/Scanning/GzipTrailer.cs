using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Miwv.Data;

/// <summary>
/// Tells a gzip file that was cut short, which the platform's reader takes for one that ends there. The last eight bytes must be
/// the CRC-32 and the length of the last member's text (RFC 1952).
/// </summary>
internal static class GzipTrailer
{
    public const int Bytes = 8;

    private static readonly uint[] Table = MakeTable();

    /// <summary>True if these last bytes of the file fit the text, of which <paramref name="length"/> bytes came out.</summary>
    public static bool Fits(ReadOnlySpan<byte> trailer, SafeFileHandle text, long length)
    {
        if (trailer.Length < Bytes)
            return false;
        uint member = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        // One member: the reader has checked its CRC itself, if it came so far.
        if (member == (uint)length)
            return true;
        return member <= length && Crc(text, length - member, length) == BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }

    private static uint Crc(SafeFileHandle text, long from, long to)
    {
        byte[] buffer = new byte[64 * 1024];
        uint crc = uint.MaxValue;
        for (int count; from < to; from += count)
        {
            count = RandomAccess.Read(text, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from);
            if (count == 0)
                throw new EndOfStreamException("the unpacked copy is shorter than what was written to it");
            foreach (byte value in buffer.AsSpan(0, count))
                crc = Table[(byte)crc ^ value] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
