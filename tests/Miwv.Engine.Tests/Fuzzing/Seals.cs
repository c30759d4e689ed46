using System.Buffers.Binary;
using System.IO.Compression;
using Miwv.Data;
using Miwv.Engine.Journal;

namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>Makes the checksums of changed files right again (docs/formats.md), so that what stands behind them is reached too.</summary>
internal static class Seals
{
    private const int Page = 4096;

    public static byte[] Zip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest)) zip.Write(bytes);
        return memory.ToArray();
    }

    public static byte[] Neighbors(byte[] bytes)
    {
        if (bytes.Length < 64) return bytes;
        Put(bytes, 60, Crc32C.Of([.. bytes[..60], .. bytes[64..]]));
        return bytes;
    }

    public static byte[] Index(byte[] bytes)
    {
        if (bytes.Length < Page) return bytes;
        Put(bytes, 64, Crc32C.Of(bytes.AsSpan(Page)));
        Put(bytes, 92, Crc32C.Of(bytes.AsSpan(0, 92)));
        return bytes;
    }

    public static byte[] Store(byte[] bytes)
    {
        if (bytes.Length < 2 * Page) return bytes;
        int dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        long rows = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16));
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24)) == 0 && dimension is > 0 and < 1000 && rows is > 0 and < 1000)
        {
            // one block: the table says how many of its rows are there
            long end = Math.Min(bytes.Length, 2 * Page + rows * dimension * 4);
            byte[] block = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes[(2 * Page)..(int)end]];
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(8), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Page)));
            Put(bytes, Page + 4, Crc32C.Of(block));
        }
        Put(bytes, 60, Crc32C.Of(bytes.AsSpan(0, 60)));
        uint front = Crc32C.Of([.. bytes[..(Page - 16)], .. bytes[Page..(2 * Page)]]);
        Put(bytes, Page - 8, front);
        Put(bytes, Page - 4, ~front);
        return bytes;
    }

    public static byte[] Journal(byte[] bytes)
    {
        if (bytes.Length < JournalFormat.HeaderSize) return bytes;
        Put(bytes, 60, Crc32C.Of(bytes.AsSpan(0, 60)));
        uint seed = JournalFormat.Seed(bytes);
        for (long at = JournalFormat.HeaderSize; at + JournalFormat.RecordHead < bytes.Length;)
        {
            var record = bytes.AsSpan((int)at);
            long size = JournalFormat.RecordSize(BinaryPrimitives.ReadUInt32LittleEndian(record[8..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != JournalFormat.Marker || size > record.Length) at += 4;
            else
            {
                Put(bytes, (int)(at + size - 4), JournalFormat.Checksum(record[..(int)(size - 4)], seed));
                at += size;
            }
        }
        return bytes;
    }

    /// <summary>A file that ends in the checksum of what stands before.</summary>
    public static byte[] Tail(byte[] bytes)
    {
        if (bytes.Length >= 4) Put(bytes, bytes.Length - 4, Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    private static void Put(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
