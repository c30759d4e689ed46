using System.Buffers.Binary;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>
/// A finished embedding store, memory-mapped: the only owner of the vectors; rows are addressed without a copy.
/// Every byte of the file is checked once when it is opened. Thread-safe until disposed.
/// </summary>
public sealed unsafe class EmbeddingStore : IDisposable
{
    private readonly StoreLayout _layout;
    private readonly MappedFile _file;
    private readonly ulong[] _zeroRows;
    private byte* _rows;

    private EmbeddingStore(string path, StoreLayout layout, MappedFile file, ulong[] zeroRows)
    {
        (Path, _layout, _file, _zeroRows) = (path, layout, file, zeroRows);
        _rows = file.Start + layout.DataOffset;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Number of rows.</summary>
    public int Count => (int)_layout.Rows;

    /// <summary>Components of a vector.</summary>
    public int Dimension => _layout.Dimension;

    /// <summary>How components are kept.</summary>
    public StoreType Type => _layout.Type;

    /// <summary>SHA-256 of the source key (model, settings, data) the store was made from, lower-case hex.</summary>
    public string SourceHash => _layout.SourceHash;

    /// <summary>Bytes of the mapped file.</summary>
    public long FileBytes => _layout.FileBytes;

    internal int RowBytes => _layout.RowBytes;

    /// <summary>Maps a finished store and verifies it completely (about a second for 10 GB in the page cache).</summary>
    /// <param name="path">The store file.</param>
    /// <param name="expectedSourceKey">When given, a store made from anything else is refused.</param>
    /// <param name="cancellation">Stops the verification.</param>
    /// <exception cref="UserException">No such file, not a store, unfinished, cut short, damaged, or of another source.</exception>
    public static EmbeddingStore Open(string path, string? expectedSourceKey = null, CancellationToken cancellation = default)
    {
        FileStream file = OpenForReading(path);
        StoreLayout layout;
        try
        {
            var header = new byte[StoreLayout.HeaderBytes];
            int read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            layout = StoreLayout.DecodeHeader(path, header.AsSpan(0, read));
            if (expectedSourceKey is not null && layout.SourceHash != StoreLayout.Hash(expectedSourceKey))
                throw new UserException($"{path}: this embedding store was made from another model, other settings or other data; use another run directory or delete the file");
            if (BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(StoreLayout.CompletionOffset)) != StoreLayout.CompletionMarker)
                throw new UserException($"{path}: the embedding store is not finished; continue the run with --resume, or delete the file");
            if (file.Length != layout.FileBytes)
                throw new UserException($"{path}: the embedding store has {file.Length} bytes instead of {layout.FileBytes}; delete it and embed again");
        }
        catch
        {
            file.Dispose();
            throw;
        }

        var mapped = new MappedFile(file);
        try
        {
            CheckFront(path, layout, new ReadOnlySpan<byte>(mapped.Start, checked((int)layout.DataOffset)));
            return new EmbeddingStore(path, layout, mapped, CheckBlocks(path, layout, mapped.Start, cancellation));
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    /// <summary>True for a sound store, finished or not, that was made from something else; false for everything that cannot be read as one.</summary>
    public static bool IsOfAnother(string path, string sourceKey)
    {
        try
        {
            using FileStream file = OpenForReading(path);
            var header = new byte[StoreLayout.HeaderBytes];
            return StoreLayout.DecodeHeader(path, header.AsSpan(0, file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false))).SourceHash != StoreLayout.Hash(sourceKey);
        }
        catch (Exception e) when (e is UserException or IOException)
        {
            return false; // who opens it says what is wrong
        }
    }

    /// <summary>Row <paramref name="row"/> of an F32 store, in place.</summary>
    /// <exception cref="InvalidOperationException">The store is not F32; use <see cref="CopyRow"/>.</exception>
    public ReadOnlySpan<float> Row(int row)
    {
        if (Type != StoreType.F32)
            throw new InvalidOperationException($"rows of a {Type} store have no float span");
        return new ReadOnlySpan<float>(RowPointer(row), Dimension);
    }

    /// <summary>Writes row <paramref name="row"/> as floats; exact for every type.</summary>
    public void CopyRow(int row, Span<float> target)
    {
        byte* source = RowPointer(row);
        if (Type == StoreType.F32)
            new ReadOnlySpan<float>(source, Dimension).CopyTo(target);
        else
            HalfConversion.ToSingle(new ReadOnlySpan<Half>(source, Dimension), target);
    }

    /// <summary>True for a row without a direction: it has no neighbour and is nobody's.</summary>
    public bool IsZero(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return (_zeroRows[row >> 6] >> (row & 63) & 1) != 0;
    }

    /// <summary>Dot product of two stored unit vectors in fp64: the cosine that neighbours are ranked by, the same bits on every machine.</summary>
    public double Cosine(int a, int b) => Type == StoreType.F32
        ? ExactDot.OfSingle((float*)RowPointer(a), (float*)RowPointer(b), Dimension)
        : ExactDot.OfHalf((Half*)RowPointer(a), (Half*)RowPointer(b), Dimension);

    /// <summary>The stored bytes of a row, in place.</summary>
    internal ReadOnlySpan<byte> RowSpan(int row) => new(RowPointer(row), RowBytes);

    internal byte* RowPointer(int row)
    {
        ObjectDisposedException.ThrowIf(_rows == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return _rows + (long)row * RowBytes;
    }

    /// <summary>Unmaps the file. Spans from <see cref="Row"/> must not be used any more.</summary>
    public void Dispose()
    {
        _rows = null;
        _file.Dispose();
    }

    private static FileStream OpenForReading(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (FileNotFoundException error)
        {
            throw new UserException($"{path}: no such embedding store; make it with `miwv embed`", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot open the embedding store: {error.Message}", error);
        }
    }

    private static void CheckFront(string path, StoreLayout layout, ReadOnlySpan<byte> front)
    {
        ReadOnlySpan<byte> expected = StoreLayout.EncodeCompletion(StoreLayout.CompletionChecksum(front));
        if (!front.Slice(StoreLayout.CompletionOffset, 16).SequenceEqual(expected))
            throw new UserException($"{path}: the block table of the embedding store is damaged (checksum differs); delete it and embed again");
        if (!front[..StoreLayout.CompletionOffset].SequenceEqual(layout.EncodeHeader().AsSpan(0, StoreLayout.CompletionOffset)))
            throw new UserException($"{path}: the embedding store changed while it was opened; run again");
    }

    private static ulong[] CheckBlocks(string path, StoreLayout layout, byte* start, CancellationToken cancellation)
    {
        var zeroRows = new ulong[(layout.Rows + 63) / 64];
        long damaged = long.MaxValue;
        Parallel.For(0, layout.Blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            int rows = layout.RowsInBlock(block);
            var entry = new ReadOnlySpan<byte>(start + StoreLayout.HeaderBytes + block * StoreLayout.EntryBytes, StoreLayout.EntryBytes);
            var bytes = new ReadOnlySpan<byte>(start + layout.DataOffset + block * layout.BlockRows * layout.RowBytes, rows * layout.RowBytes);
            if (BinaryPrimitives.ReadInt32LittleEndian(entry) != rows || BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != StoreLayout.BlockChecksum(block, rows, bytes))
            {
                InterlockedMin(ref damaged, block);
                return;
            }
            for (int r = 0; r < rows; r++)
            {
                if (bytes.Slice(r * layout.RowBytes, layout.RowBytes).ContainsAnyExcept((byte)0))
                    continue;
                long row = block * layout.BlockRows + r;
                Interlocked.Or(ref zeroRows[row >> 6], 1UL << (int)(row & 63));
            }
        });
        if (damaged != long.MaxValue)
            throw new UserException($"{path}: rows {damaged * layout.BlockRows} to {damaged * layout.BlockRows + layout.RowsInBlock(damaged) - 1} of the embedding store are damaged (checksum differs); delete it and embed again");
        return zeroRows;
    }

    private static void InterlockedMin(ref long target, long value)
    {
        long seen = Interlocked.Read(ref target);
        while (value < seen)
        {
            long before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
