using System.Buffers.Binary;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// An index on disk (little-endian): header (4096 bytes: fields, checksum of the body, checksum of the fields, zeros), then levels
/// (one byte a node, padded to 8), bottom lists, upper lists, exactly as <see cref="HnswGraph"/> keeps them. Written to a side file and
/// renamed, so a kill leaves the old index or none.
/// </summary>
internal static unsafe class HnswFile
{
    private const ulong Magic = 0x5753_4E48_5657_494D; // "MIWVHNSW"
    private const uint FormatVersion = 1;
    private const int HeaderBytes = 4096;
    private const int FieldBytes = 96;

    /// <summary>What the header says beyond the lists themselves.</summary>
    internal sealed record Header(HnswOptions Options, int Nodes, int Rows, int Dimension, StoreType Type, ulong Digest, int Entry, int UpperLists, uint BodyChecksum)
    {
        internal long LevelBytes => (Nodes + 7L) / 8 * 8;

        internal long BottomBytes => (long)Nodes * (2 * Options.M + 1) * sizeof(int);

        internal long FileBytes => HeaderBytes + LevelBytes + BottomBytes + (long)UpperLists * (Options.M + 1) * sizeof(int);
    }

    /// <exception cref="UserException">The file cannot be written.</exception>
    internal static void Save(string path, HnswGraph graph, HnswOptions options, int rows, EmbeddingStore store, ulong digest)
    {
        var levels = new byte[(graph.Nodes + 7) / 8 * 8];
        graph.LevelBytes.CopyTo(levels);
        uint crc = Crc32C.Update(Crc32C.Start, levels);
        crc = Over((byte*)graph.Bottom, graph.BottomBytes, crc);
        crc = Crc32C.Finish(Over((byte*)graph.Upper, graph.UpperBytes, crc));
        var header = new Header(options, graph.Nodes, rows, store.Dimension, store.Type, digest, graph.Entry, graph.UpperLists, crc);
        string temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(Encode(header));
                file.Write(levels);
                Write(file, (byte*)graph.Bottom, graph.BottomBytes);
                Write(file, (byte*)graph.Upper, graph.UpperBytes);
                file.Flush(flushToDisk: true);
            }
            DurableFile.Replace(temporary, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new UserException($"{path}: cannot write the index: {error.Message}", error);
        }
    }

    /// <summary>Maps an index and checks every byte and every link of it.</summary>
    /// <exception cref="UserException">No such file, not an index, cut short or damaged.</exception>
    internal static (Header Header, HnswGraph Graph) Open(string path)
    {
        MappedFile mapped = Map(path);
        try
        {
            Header header = Decode(path, new ReadOnlySpan<byte>(mapped.Start, (int)Math.Min(HeaderBytes, mapped.Length)));
            if (mapped.Length != header.FileBytes)
                throw new UserException($"{path}: the index has {mapped.Length} bytes instead of {header.FileBytes}; delete it and build it again");
            byte* body = mapped.Start + HeaderBytes;
            if (Crc32C.Finish(Over(body, mapped.Length - HeaderBytes, Crc32C.Start)) != header.BodyChecksum)
                throw new UserException($"{path}: the index is damaged (checksum differs); delete it and build it again");
            var bottom = (int*)(body + header.LevelBytes);
            var upper = (int*)((byte*)bottom + header.BottomBytes);
            HnswGraph graph = HnswGraph.Over(header.Options.M, header.Nodes, body, bottom, upper, mapped);
            graph.Entry = header.Entry;
            CheckLinks(path, graph, header);
            return (header, graph);
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private static void CheckLinks(string path, HnswGraph graph, Header header)
    {
        bool sound = graph.UpperLists == header.UpperLists && (graph.Nodes == 0 ? graph.Entry == -1 : (uint)graph.Entry < (uint)graph.Nodes);
        for (int node = 0; sound && node < graph.Nodes; node++)
        {
            sound &= graph.Level(node) <= graph.Level(graph.Entry);
            for (int layer = 0; sound && layer <= graph.Level(node); layer++)
            {
                sound &= (uint)*graph.Links(node, layer) <= (uint)graph.Capacity(layer);
                if (!sound)
                    break;
                foreach (int neighbor in graph.Neighbors(node, layer))
                    sound &= (uint)neighbor < (uint)graph.Nodes && graph.Level(neighbor) >= layer;
            }
        }
        if (!sound)
            throw new UserException($"{path}: the index holds links that lead nowhere; delete it and build it again");
    }

    private static byte[] Encode(Header header)
    {
        var bytes = new byte[HeaderBytes];
        Span<byte> at = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(at, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(at[12..], header.Options.M);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], header.Options.EfConstruction);
        BinaryPrimitives.WriteInt32LittleEndian(at[20..], header.Options.EfSearch);
        BinaryPrimitives.WriteUInt64LittleEndian(at[24..], header.Options.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(at[32..], header.Nodes);
        BinaryPrimitives.WriteInt32LittleEndian(at[36..], header.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], header.Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(at[44..], (int)header.Type);
        BinaryPrimitives.WriteUInt64LittleEndian(at[48..], header.Digest);
        BinaryPrimitives.WriteInt32LittleEndian(at[56..], header.Entry);
        BinaryPrimitives.WriteInt32LittleEndian(at[60..], header.UpperLists);
        BinaryPrimitives.WriteUInt32LittleEndian(at[64..], header.BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(at[(FieldBytes - 4)..], Crc32C.Of(at[..(FieldBytes - 4)]));
        return bytes;
    }

    private static Header Decode(string path, ReadOnlySpan<byte> at)
    {
        if (at.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(at) != Magic)
            throw new UserException($"{path}: not an index of this program; name another file or build it with `miwv index`");
        if (BinaryPrimitives.ReadUInt32LittleEndian(at[(FieldBytes - 4)..]) != Crc32C.Of(at[..(FieldBytes - 4)]) || at[FieldBytes..].ContainsAnyExcept((byte)0))
            throw new UserException($"{path}: the header of the index is damaged (checksum differs); delete it and build it again");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(at[8..]);
        if (version != FormatVersion)
            throw new UserException($"{path}: index of format {version}, this program reads format {FormatVersion}; delete it and build it again");
        var options = new HnswOptions(
            BinaryPrimitives.ReadInt32LittleEndian(at[12..]), BinaryPrimitives.ReadInt32LittleEndian(at[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(at[20..]), BinaryPrimitives.ReadUInt64LittleEndian(at[24..]));
        var header = new Header(
            options, BinaryPrimitives.ReadInt32LittleEndian(at[32..]), BinaryPrimitives.ReadInt32LittleEndian(at[36..]), BinaryPrimitives.ReadInt32LittleEndian(at[40..]),
            (StoreType)BinaryPrimitives.ReadInt32LittleEndian(at[44..]), BinaryPrimitives.ReadUInt64LittleEndian(at[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(at[56..]), BinaryPrimitives.ReadInt32LittleEndian(at[60..]), BinaryPrimitives.ReadUInt32LittleEndian(at[64..]));
        if (options.M is < 2 or > HnswOptions.MaxM || header.Nodes < 0 || header.Rows < header.Nodes || header.UpperLists < 0)
            throw new UserException($"{path}: the header of the index makes no sense; delete it and build it again");
        return header;
    }

    private static MappedFile Map(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length > 0)
                return new MappedFile(file);
            file.Dispose();
        }
        catch (FileNotFoundException error)
        {
            throw new UserException($"{path}: no such index; build it with `miwv index`", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot open the index: {error.Message}", error);
        }
        throw new UserException($"{path}: not an index of this program (the file is empty); build it with `miwv index`");
    }

    private static uint Over(byte* start, long length, uint crc)
    {
        for (long done = 0; done < length; done += 1 << 30)
            crc = Crc32C.Update(crc, new ReadOnlySpan<byte>(start + done, (int)Math.Min(1 << 30, length - done)));
        return crc;
    }

    private static void Write(FileStream file, byte* start, long length)
    {
        for (long done = 0; done < length; done += 1 << 30)
            file.Write(new ReadOnlySpan<byte>(start + done, (int)Math.Min(1 << 30, length - done)));
    }
}
