using System.Buffers.Binary;

namespace Miwv.Engine.Journal;

/// <summary>
/// passes.journal: a header, then one record per finished step, little endian, every field aligned to 4 bytes.
/// Header (64 bytes): "MIWVPASS", u32 version, u32 flags (1 = per-token), 32 bytes plan key, 12 bytes zero, u32 CRC32C of the rest.
/// Record: u32 marker, u32 step, u32 segments, u32 log-probs, segments x (u32 pass, u32 tokens, f64 sum of NLL in nats),
/// log-probs x f32, u32 CRC32C of the record so far.
/// </summary>
internal static class JournalFormat
{
    public const int HeaderSize = 64, RecordHead = 16, SegmentSize = 16, KeySize = 32;
    public const uint Version = 1, PerToken = 1, Marker = 0x4B57494D;
    public static ReadOnlySpan<byte> Magic => "MIWVPASS"u8;

    public static byte[] Header(ReadOnlySpan<byte> planKey, bool perToken)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), perToken ? PerToken : 0);
        planKey[..KeySize].CopyTo(header.AsSpan(16));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), Crc32C.Of(header.AsSpan(0, 60)));
        return header;
    }

    /// <summary>Size in bytes of a record with these counts.</summary>
    public static long RecordSize(uint segments, uint logProbs) => RecordHead + (long)segments * SegmentSize + (long)logProbs * 4 + 4;
}
