using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// Where everything lies in a store file (all little-endian):
/// header (4096 bytes: fields + CRC, completion record in the last 16), block table (8 bytes a block: rows, CRC), data at the next 4096 boundary.
/// The place of every byte follows from dimension, rows and type, so the file is append-only and rows are addressed without a lookup.
/// </summary>
internal sealed record StoreLayout(int Dimension, long Rows, StoreType Type, string SourceHash)
{
    internal const int HeaderBytes = 4096;
    internal const int CompletionOffset = HeaderBytes - 16;
    internal const int EntryBytes = 8;
    internal const ulong CompletionMarker = 0x454E_4F44_5657_494D; // "MIWVDONE"
    private const ulong Magic = 0x424D_4556_5657_494D; // "MIWVVEMB"
    private const uint FormatVersion = 1;
    private const int FieldBytes = 64;
    private const int TargetBlockBytes = 256 * 1024;

    /// <summary>Largest accepted dimension: integer sums of that many 8-bit products fit 32 bits. The widest published embedders have 8,192.</summary>
    internal const int MaxDimension = 1 << 16;

    internal int RowBytes => Dimension * (Type == StoreType.F32 ? sizeof(float) : 2);

    internal int BlockRows => Math.Max(1, TargetBlockBytes / RowBytes);

    internal long Blocks => (Rows + BlockRows - 1) / BlockRows;

    internal long DataOffset => HeaderBytes + (Blocks * EntryBytes + 4095) / 4096 * 4096;

    internal long FileBytes => DataOffset + Rows * RowBytes;

    internal int RowsInBlock(long block) => (int)Math.Min(BlockRows, Rows - block * BlockRows);

    internal static StoreLayout For(int dimension, long rows, StoreType type, string sourceKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, MaxDimension);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, int.MaxValue);
        return new StoreLayout(dimension, rows, type, Hash(sourceKey));
    }

    internal static string Hash(string sourceKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sourceKey)));

    internal byte[] EncodeHeader()
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), Dimension);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), Rows);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), (int)Type);
        Convert.FromHexString(SourceHash, header.AsSpan(28, 32), out _, out _);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FieldBytes - 4), Crc32C.Of(header.AsSpan(0, FieldBytes - 4)));
        return header;
    }

    /// <exception cref="UserException">Not a store, another version, or a damaged header.</exception>
    internal static StoreLayout DecodeHeader(string path, ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes)
            throw new UserException($"{path}: not an embedding store ({header.Length} bytes is shorter than its header); delete it and embed again");
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
            throw new UserException($"{path}: not an embedding store (it does not start with the store's signature); name another file or delete it and embed again");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[(FieldBytes - 4)..]) != Crc32C.Of(header[..(FieldBytes - 4)]))
            throw new UserException($"{path}: the header of the embedding store is damaged (checksum differs); delete it and embed again");
        if (version != FormatVersion)
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"{path}: embedding store of format {version}, this program reads format {FormatVersion}; delete it and embed again"));
        if (header[FieldBytes..CompletionOffset].ContainsAnyExcept((byte)0))
            throw new UserException($"{path}: the header of the embedding store is damaged (bytes that must be 0 are not); delete it and embed again");

        int dimension = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        long rows = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        var type = (StoreType)BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        if (dimension is < 1 or > MaxDimension || rows is < 0 or > int.MaxValue || !Enum.IsDefined(type))
            throw new UserException($"{path}: the header of the embedding store makes no sense (dimension {dimension}, {rows} rows, type {(int)type}); delete it and embed again");
        return new StoreLayout(dimension, rows, type, Convert.ToHexStringLower(header.Slice(28, 32)));
    }

    /// <summary>Checksum of one block; its place and size are part of the message, so a block in the wrong place is a wrong block.</summary>
    internal static uint BlockChecksum(long index, int rows, ReadOnlySpan<byte> bytes)
    {
        uint crc = BitOperations.Crc32C(Crc32C.Start, (ulong)index);
        return Crc32C.Finish(Crc32C.Update(BitOperations.Crc32C(crc, (uint)rows), bytes));
    }

    /// <summary>CRC of everything in front of the data except the completion record itself.</summary>
    internal static uint CompletionChecksum(ReadOnlySpan<byte> front)
    {
        uint crc = Crc32C.Update(Crc32C.Start, front[..CompletionOffset]);
        return Crc32C.Finish(Crc32C.Update(crc, front[HeaderBytes..]));
    }

    internal static byte[] EncodeCompletion(uint checksum)
    {
        var record = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(record, CompletionMarker);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), ~checksum);
        return record;
    }

    /// <summary>One line that says how this store differs from the one asked for, or null.</summary>
    internal string? DifferenceFrom(StoreLayout wanted)
    {
        if (Dimension != wanted.Dimension) return $"it holds vectors of {Dimension} components, this run makes {wanted.Dimension}";
        if (Rows != wanted.Rows) return $"it is for {Rows} rows, this run has {wanted.Rows}";
        if (Type != wanted.Type) return $"it holds {Type} components, this run asks for {wanted.Type}";
        return SourceHash != wanted.SourceHash ? "it was made from another model, other settings or other data" : null;
    }
}
