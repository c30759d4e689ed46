using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>NumPy's .npy: two-dimensional, C-ordered, little-endian f16, f32 or f64 arrays in, f16 or f32 out.</summary>
public static class NpyFile
{
    private static ReadOnlySpan<byte> Signature => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The shape (rows, components) of an array file.</summary>
    /// <exception cref="UserException">No such file, or not an array this program reads.</exception>
    public static (int Rows, int Dimension) Shape(string path)
    {
        using FileStream file = Open(path);
        NpyHeader header = ReadHeader(path, file);
        return (header.Rows, header.Dimension);
    }

    /// <summary>Normalises the rows of an array into a finished store.</summary>
    /// <param name="npyPath">The array, one row a data row.</param>
    /// <param name="storePath">The store to write (replaced).</param>
    /// <param name="expectedRows">Data rows; an array of another length is refused. Null = take what is there.</param>
    /// <param name="type">Component type of the store.</param>
    /// <param name="sourceKey">Identity of the source, kept in the store.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops between rows.</param>
    /// <exception cref="UserException">A bad, cut or wrongly shaped file, or a NaN or infinite component.</exception>
    public static void Import(string npyPath, string storePath, int? expectedRows, StoreType type, string sourceKey, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using FileStream file = Open(npyPath);
        NpyHeader header = ReadHeader(npyPath, file);
        if (expectedRows is { } wanted && header.Rows != wanted)
            throw new UserException($"{npyPath}: the array has {header.Rows} rows, the data set {wanted}; it must have one row per data row, in the same order");

        using var writer = EmbeddingStoreWriter.Create(storePath, header.Dimension, header.Rows, type, sourceKey);
        var bytes = new byte[header.Dimension * header.ComponentBytes];
        var vector = new float[header.Dimension];
        for (int row = 0; row < header.Rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            file.ReadExactly(bytes);
            ToSingle(bytes, header.ComponentBytes, vector);
            try
            {
                writer.Append(vector);
            }
            catch (ArgumentException error)
            {
                throw new UserException($"{npyPath}: row {row} of the array has a component that is NaN or infinite; repair the array", error);
            }
            if ((row & 4095) == 0)
                progress?.Report(row / (double)header.Rows);
        }
        writer.Complete();
        progress?.Report(1);
    }

    /// <summary>Writes the stored (normalised) vectors as an array of the store's type; a file of that name is replaced when all is written.</summary>
    /// <param name="cancellation">Ends the wait for the reader of a pipe.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Export(EmbeddingStore store, string path, CancellationToken cancellation = default) => WholeFile.Write(path, "the array", file =>
    {
        file.Write(NpyHeader.Encode(store.Type == StoreType.F32 ? "<f4" : "<f2", store.Count, store.Dimension));
        for (int row = 0; row < store.Count; row++)
            file.Write(store.RowSpan(row));
    }, cancellation);

    private static void ToSingle(ReadOnlySpan<byte> bytes, int componentBytes, Span<float> vector)
    {
        switch (componentBytes)
        {
            case 2:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int d = 0; d < vector.Length; d++)
                    vector[d] = (float)halves[d];
                break;
            case 4:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(vector);
                break;
            default:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int d = 0; d < vector.Length; d++)
                    vector[d] = (float)doubles[d];
                break;
        }
    }

    private static NpyHeader ReadHeader(string path, FileStream file)
    {
        Span<byte> start = stackalloc byte[12];
        int read = file.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (read < 10 || !start[..6].SequenceEqual(Signature))
            throw new UserException($"{path}: not a NumPy array file (.npy); save the vectors with numpy.save");
        if (start[6] is < 1 or > 3)
            throw new UserException($"{path}: NumPy array file of version {start[6]}; versions 1 to 3 are known");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (start[6] > 1)
        {
            if (file.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2)
                throw new UserException($"{path}: the header of the array file is cut short; save the array again");
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > file.Length - file.Position || length > 65536)
            throw new UserException($"{path}: the header of the array file is cut short or damaged; save the array again");
        var text = new byte[length];
        file.ReadExactly(text);
        NpyHeader header = NpyHeader.Parse(path, Encoding.Latin1.GetString(text));
        long expected = file.Position + (long)header.Rows * header.Dimension * header.ComponentBytes;
        if (file.Length != expected)
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"{path}: the array file has {file.Length} bytes, its header asks for {expected}; save the array again"));
        return header;
    }

    private static FileStream Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
            if (file.CanSeek) return file;
            file.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException(error is FileNotFoundException ? $"{path}: no such array file" : $"{path}: cannot open the array file: {IoReason.Of(error, path)}", error);
        }
        throw new UserException($"{path}: a pipe has no length to check; save the array as a file");
    }
}
