using System.Buffers.Binary;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// Writes an embedding store row by row. What reached the disk as a whole block survives a kill at any byte:
/// <see cref="Resume"/> checks every block and goes on behind the last good one.
/// </summary>
public sealed class EmbeddingStoreWriter : IDisposable
{
    private readonly string _path;
    private readonly StoreLayout _layout;
    private readonly FileStream _file;
    private readonly byte[] _block;
    private readonly byte[] _front;
    private int _rowsInBlock;
    private long _blockIndex;
    private int _rowsOnDisk;

    private EmbeddingStoreWriter(string path, StoreLayout layout, FileStream file)
    {
        _path = path;
        _layout = layout;
        _file = file;
        _block = new byte[layout.BlockRows * layout.RowBytes];
        _front = new byte[layout.DataOffset];
        layout.EncodeHeader().CopyTo(_front, 0);
    }

    /// <summary>Rows appended so far, those found by <see cref="Resume"/> included; the next <see cref="Append"/> is row <c>Count</c>.</summary>
    public int Count => (int)(_blockIndex * _layout.BlockRows) + _rowsInBlock;

    /// <summary>Rows the finished store will have.</summary>
    public int Rows => (int)_layout.Rows;

    /// <summary>Components of a vector.</summary>
    public int Dimension => _layout.Dimension;

    /// <summary>Starts an empty store, replacing a file of that name.</summary>
    /// <param name="path">The store file.</param>
    /// <param name="dimension">Components of a vector, at least 1.</param>
    /// <param name="rows">Rows the finished store will have.</param>
    /// <param name="type">How components are kept.</param>
    /// <param name="sourceKey">Anything that identifies model, settings and data; a store with another key is another store.</param>
    /// <exception cref="UserException">The file cannot be created, or another process writes it.</exception>
    public static EmbeddingStoreWriter Create(string path, int dimension, int rows, StoreType type, string sourceKey)
    {
        var layout = StoreLayout.For(dimension, rows, type, sourceKey);
        FileStream file = OpenForWriting(path, FileMode.OpenOrCreate);
        try
        {
            file.SetLength(0);
            var writer = new EmbeddingStoreWriter(path, layout, file);
            writer.WriteAt(0, writer._front);
            // before any vector: behind a power failure a store without a header is none
            writer.Guard(() => file.Flush(flushToDisk: true));
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Continues a store after its last good block; starts it when there is no such file.</summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="UserException">The file is not a store, its header is damaged, or it belongs to another run.</exception>
    public static EmbeddingStoreWriter Resume(string path, int dimension, int rows, StoreType type, string sourceKey)
    {
        if (!File.Exists(path))
            return Create(path, dimension, rows, type, sourceKey);
        var wanted = StoreLayout.For(dimension, rows, type, sourceKey);
        FileStream file = OpenForWriting(path, FileMode.Open);
        try
        {
            var header = new byte[StoreLayout.HeaderBytes];
            int read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            int expected = Math.Min(read, StoreLayout.CompletionOffset);
            if (read < header.Length && header.AsSpan(0, expected).SequenceEqual(wanted.EncodeHeader().AsSpan(0, expected)))
            {
                file.Dispose(); // killed while the header was written
                return Create(path, dimension, rows, type, sourceKey);
            }
            var found = StoreLayout.DecodeHeader(path, header.AsSpan(0, read));
            if (found.DifferenceFrom(wanted) is { } difference)
                throw new UserException($"{path}: cannot continue this embedding store: {difference}; use another run directory or delete the file");
            var writer = new EmbeddingStoreWriter(path, wanted, file);
            writer.TakeGoodBlocks();
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Normalises (L2, in fp64) and appends one vector of <see cref="Dimension"/> components; a zero vector stays zero.</summary>
    /// <exception cref="ArgumentException">Wrong length, or a component is NaN or infinite (nothing is appended).</exception>
    /// <exception cref="UserException">The disk is full or the file cannot be written.</exception>
    public void Append(ReadOnlySpan<float> rawVector)
    {
        if (rawVector.Length != _layout.Dimension)
            throw new ArgumentException($"the vector has {rawVector.Length} components, the store {_layout.Dimension}", nameof(rawVector));
        if (Count >= _layout.Rows)
            throw new InvalidOperationException($"the store already has its {_layout.Rows} rows");
        VectorEncoding.Encode(rawVector, _layout.Type, _block.AsSpan(_rowsInBlock * _layout.RowBytes, _layout.RowBytes));
        _rowsInBlock++;
        if (_rowsInBlock == _layout.RowsInBlock(_blockIndex))
            WriteBlock();
    }

    /// <summary>Appends the stored bytes of an earlier row, so that the two vectors are equal bit for bit.</summary>
    /// <exception cref="UserException">The disk is full or the file cannot be read or written.</exception>
    public void AppendCopy(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count);
        if (Count >= _layout.Rows)
            throw new InvalidOperationException($"the store already has its {_layout.Rows} rows");
        Span<byte> target = _block.AsSpan(_rowsInBlock * _layout.RowBytes, _layout.RowBytes);
        long first = _blockIndex * _layout.BlockRows;
        if (row >= first)
            _block.AsSpan((int)(row - first) * _layout.RowBytes, _layout.RowBytes).CopyTo(target);
        else if (RandomAccess.Read(_file.SafeFileHandle, target, _layout.DataOffset + (long)row * _layout.RowBytes) != target.Length)
            throw new UserException($"{_path}: row {row} of the embedding store cannot be read back; run again with --resume");
        _rowsInBlock++;
        if (_rowsInBlock == _layout.RowsInBlock(_blockIndex))
            WriteBlock();
    }

    /// <summary>Brings all appended rows to the disk, so that not even a power failure loses them.</summary>
    public void Flush()
    {
        if (_rowsInBlock > _rowsOnDisk)
            WriteBlock();
        Guard(() => _file.Flush(flushToDisk: true));
    }

    /// <summary>Seals the store; only a sealed store can be opened.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    public void Complete()
    {
        if (Count != _layout.Rows)
            throw new InvalidOperationException($"the store has {Count} of its {_layout.Rows} rows");
        Guard(() => _file.Flush(flushToDisk: true));
        WriteAt(StoreLayout.CompletionOffset, StoreLayout.EncodeCompletion(StoreLayout.CompletionChecksum(_front)));
        Guard(() => _file.Flush(flushToDisk: true));
    }

    /// <summary>Closes the file; rows of the last block that were not flushed are lost.</summary>
    public void Dispose() => _file.Dispose();

    private void WriteBlock()
    {
        ReadOnlySpan<byte> bytes = _block.AsSpan(0, _rowsInBlock * _layout.RowBytes);
        WriteAt(_layout.DataOffset + _blockIndex * _layout.BlockRows * _layout.RowBytes, bytes);
        int entry = (int)(StoreLayout.HeaderBytes + _blockIndex * StoreLayout.EntryBytes);
        BinaryPrimitives.WriteInt32LittleEndian(_front.AsSpan(entry), _rowsInBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(_front.AsSpan(entry + 4), StoreLayout.BlockChecksum(_blockIndex, _rowsInBlock, bytes));
        WriteAt(entry, _front.AsSpan(entry, StoreLayout.EntryBytes));
        _rowsOnDisk = _rowsInBlock;
        if (_rowsInBlock < _layout.BlockRows)
            return; // also the short last block: it stays the current one
        _blockIndex++;
        _rowsInBlock = _rowsOnDisk = 0;
    }

    private void TakeGoodBlocks()
    {
        long length = _file.Length;
        var table = new byte[_layout.DataOffset - StoreLayout.HeaderBytes];
        int tableRead = RandomAccess.Read(_file.SafeFileHandle, table, StoreLayout.HeaderBytes);
        for (long block = 0; block < _layout.Blocks; block++)
        {
            int entry = (int)(block * StoreLayout.EntryBytes);
            if (entry + StoreLayout.EntryBytes > tableRead)
                break;
            int rows = BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(entry));
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(entry + 4));
            long offset = _layout.DataOffset + block * _layout.BlockRows * _layout.RowBytes;
            if (rows < 1 || rows > _layout.RowsInBlock(block) || offset + (long)rows * _layout.RowBytes > length)
                break;
            Span<byte> bytes = _block.AsSpan(0, rows * _layout.RowBytes);
            if (RandomAccess.Read(_file.SafeFileHandle, bytes, offset) != bytes.Length || StoreLayout.BlockChecksum(block, rows, bytes) != crc)
                break;
            table.AsSpan(entry, StoreLayout.EntryBytes).CopyTo(_front.AsSpan(StoreLayout.HeaderBytes + entry));
            bool full = rows == _layout.BlockRows;
            _blockIndex = full ? block + 1 : block;
            _rowsInBlock = _rowsOnDisk = full ? 0 : rows;
            if (!full)
                break;
        }
        // everything behind the last good row is forgotten, on disk too: the completion record first, so that no moment shows a sealed store with a hole
        WriteAt(0, _front.AsSpan(0, StoreLayout.HeaderBytes));
        Guard(() => _file.SetLength(_layout.DataOffset + (long)Count * _layout.RowBytes));
        WriteAt(StoreLayout.HeaderBytes, _front.AsSpan(StoreLayout.HeaderBytes));
    }

    private void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, bytes, offset);
        }
        catch (IOException error)
        {
            throw CannotWrite(error);
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error)
        {
            throw CannotWrite(error);
        }
    }

    private UserException CannotWrite(IOException error) =>
        new($"{_path}: cannot write the embedding store: {error.Message}; free some space and run again with --resume", error);

    private static FileStream OpenForWriting(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot open the embedding store for writing: {error.Message}", error);
        }
    }
}
