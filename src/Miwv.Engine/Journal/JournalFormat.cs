using System.Buffers.Binary;
using Miwv.Data;

namespace Miwv.Engine.Journal;

/// <summary>
/// passes.journal: a header, then one record per finished step, little endian, every field aligned to 4 bytes.
/// Header (64 bytes): "MIWVPASS", u32 version, u32 flags (1 = per-token), 32 bytes plan key, 12 bytes zero, u32 CRC32C of the rest.
/// Record: u32 marker, u32 step, u32 segments, u32 values, segments x (u32 pass, u32 tokens, f64 sum of NLL in nats),
/// values x f32, u32 CRC32C of the record so far xor the header's CRC32C, so that no record passes for another plan's.
/// Values, version 3: with flag 1 the log-probs of all segments' tokens, else none. Version 4: segment by segment what its pass wants
/// (flag 1: every pass wants log-probs): log-probs of its tokens, entropies of its tokens in nats, listed logits at its last token.
/// Versions 1 and 2 had records that did not know their plan.
/// </summary>
internal static class JournalFormat
{
    public const int HeaderSize = 64, RecordHead = 16, SegmentSize = 16, KeySize = 32;
    public const uint SumsVersion = 3, ValuesVersion = 4, PerToken = 1, Marker = 0x4B57494D;
    public static ReadOnlySpan<byte> Magic => "MIWVPASS"u8;

    public static byte[] Header(ReadOnlySpan<byte> planKey, JournalLayout layout)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), layout.HasOwnWants ? ValuesVersion : SumsVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), layout.PerToken ? PerToken : 0);
        planKey[..KeySize].CopyTo(header.AsSpan(16));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), Crc32C.Of(header.AsSpan(0, 60)));
        return header;
    }

    /// <summary>True if a header's own checksum is right.</summary>
    public static bool IsSound(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) == Crc32C.Of(header[..60]);

    /// <summary>What the checksums of a header's records are mixed with.</summary>
    public static uint Seed(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[60..]);

    /// <summary>Checksum of a record up to its last field.</summary>
    public static uint Checksum(ReadOnlySpan<byte> body, uint seed) => Crc32C.Of(body) ^ seed;

    /// <summary>Size in bytes of a record with these counts.</summary>
    public static long RecordSize(uint segments, uint values) => RecordHead + (long)segments * SegmentSize + (long)values * 4 + 4;
}
