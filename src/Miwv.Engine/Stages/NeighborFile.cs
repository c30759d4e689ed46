using System.Buffers.Binary;
using Miwv.Data;
using Miwv.Engine.Journal;
using Miwv.Engine.Runs;
using Miwv.Retrieval;

namespace Miwv.Engine.Stages;

/// <summary>
/// neighbors.bin, little endian: "MIWVNEIG", u32 version, u32 rows, u32 k, 32 bytes key, then rows x k x (i32 row or −1, f64 cosine), u32 CRC32C of all before.
/// </summary>
internal static class NeighborFile
{
    private const int HeaderSize = 52;
    private const uint Version = 1;
    private static ReadOnlySpan<byte> Magic => "MIWVNEIG"u8;

    public static void Write(string path, KnnGraph graph, ReadOnlySpan<byte> key)
    {
        var data = new byte[HeaderSize + (long)graph.Rows * graph.K * 12 + 4];
        Magic.CopyTo(data);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(12), graph.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(16), graph.K);
        key[..32].CopyTo(data.AsSpan(20));
        int at = HeaderSize;
        for (int row = 0; row < graph.Rows; row++)
            for (int j = 0; j < graph.K; j++, at += 12)
            {
                BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(at), graph.Neighbors(row)[j]);
                BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(at + 4), graph.Cosines(row)[j]);
            }
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at), Crc32C.Of(data.AsSpan(0, at)));
        AtomicFile.Write(path, stream => stream.Write(data));
    }

    /// <summary>The stored graph, or null if there is none, or one of other vectors or rules, or a damaged one: it is made again then.</summary>
    public static KnnGraph? Read(string path, int rows, ReadOnlySpan<byte> key)
    {
        if (!File.Exists(path)) return null;
        byte[] data = File.ReadAllBytes(path);
        if (data.Length < HeaderSize + 4 || !data.AsSpan(0, 8).SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(8)) != Version) return null;
        int k = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(16));
        if (BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(12)) != rows || k < 1 || data.Length != HeaderSize + (long)rows * k * 12 + 4) return null;
        if (!data.AsSpan(20, 32).SequenceEqual(key[..32])) return null;
        if (Crc32C.Of(data.AsSpan(0, data.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(data.Length - 4))) return null;
        var neighbors = new int[(long)rows * k];
        var cosines = new double[(long)rows * k];
        for (int i = 0, at = HeaderSize; i < neighbors.Length; i++, at += 12)
        {
            neighbors[i] = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(at));
            cosines[i] = BinaryPrimitives.ReadDoubleLittleEndian(data.AsSpan(at + 4));
            if (neighbors[i] < -1 || neighbors[i] >= rows) throw new UserException($"{path}: row {i / k} has neighbour {neighbors[i]} of {rows} rows; delete the file, it is made again");
        }
        return new KnnGraph(rows, k, neighbors, cosines);
    }
}
