using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// A k-NN graph on disk (little-endian): 64-byte header (signature, version, rows, k, SHA-256 of the source key, checksum of all else),
/// then rows x k neighbour ids (int32, -1 = none), then rows x k cosines (fp64, NaN = none).
/// </summary>
public static class KnnGraphFile
{
    private const ulong Magic = 0x4E4E_4B56_5749_4D01;
    private const uint FormatVersion = 1;
    private const int HeaderBytes = 64;
    private const int ChecksumOffset = 60;

    /// <summary>Writes a graph; a file of that name is replaced when all is written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="sourceKey">Anything that identifies vectors, rules and method.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Save(string path, KnnGraph graph, string sourceKey)
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), graph.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), graph.K);
        Convert.FromHexString(StoreLayout.Hash(sourceKey), header.AsSpan(20, 32), out _, out _);
        ReadOnlySpan<byte> ids = MemoryMarshal.AsBytes(graph.AllNeighbors), cosines = MemoryMarshal.AsBytes(graph.AllCosines);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumOffset), ChecksumOf(header, ids, cosines));
        string temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(header);
                file.Write(ids);
                file.Write(cosines);
                file.Flush(flushToDisk: true);
            }
            DurableFile.Replace(temporary, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new UserException($"{path}: cannot write the neighbours: {error.Message}", error);
        }
    }

    /// <summary>True for a sound header of a graph of something else: not damaged, just not what is looked for.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static bool IsOfAnother(string path, string sourceKey)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var header = new byte[HeaderBytes];
            return file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
                && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) == FormatVersion
                && Convert.ToHexStringLower(header.AsSpan(20, 32)) != StoreLayout.Hash(sourceKey);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot read the neighbours: {error.Message}", error);
        }
    }

    /// <summary>Reads a graph back, bit for bit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expectedSourceKey">When given, a graph of anything else is refused.</param>
    /// <exception cref="UserException">No such file, not a graph, cut, damaged, or of another source.</exception>
    public static KnnGraph Load(string path, string? expectedSourceKey = null)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var header = new byte[HeaderBytes];
            if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
                throw new UserException($"{path}: not a file of neighbours; delete it and search again");
            int rows = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)), k = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16));
            if (rows < 0 || k < 1 || file.Length != HeaderBytes + (long)rows * k * (sizeof(int) + sizeof(double)))
                throw new UserException($"{path}: the file of neighbours is cut short or damaged; delete it and search again");
            var graph = new KnnGraph(rows, k);
            file.ReadExactly(MemoryMarshal.AsBytes(graph.AllNeighbors));
            file.ReadExactly(MemoryMarshal.AsBytes(graph.AllCosines));
            if (ChecksumOf(header, MemoryMarshal.AsBytes(graph.AllNeighbors), MemoryMarshal.AsBytes(graph.AllCosines)) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(ChecksumOffset)))
                throw new UserException($"{path}: the file of neighbours is damaged (checksum differs); delete it and search again");
            if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) != FormatVersion)
                throw new UserException($"{path}: neighbours of another format version; delete the file and search again");
            if (expectedSourceKey is not null && Convert.ToHexStringLower(header.AsSpan(20, 32)) != StoreLayout.Hash(expectedSourceKey))
                throw new UserException($"{path}: these neighbours belong to other vectors or other settings; delete the file and search again");
            return graph;
        }
        catch (FileNotFoundException error)
        {
            throw new UserException($"{path}: no such file of neighbours", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot read the neighbours: {error.Message}", error);
        }
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> ids, ReadOnlySpan<byte> cosines) =>
        Crc32C.Finish(Crc32C.Update(Crc32C.Update(Crc32C.Update(Crc32C.Start, header[..ChecksumOffset]), ids), cosines));
}
