using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Miwv.Llama.Gguf;

namespace Miwv.Perf.Models;

/// <summary>
/// Writes GGUF v3. Checks nothing, so that the tests can write broken files with it. Tensor data is produced
/// piece by piece and in parallel, so that models larger than the memory are limited by the disk only.
/// </summary>
public sealed class GgufWriter
{
    private const int PieceElements = 1 << 20;

    private readonly ArrayBufferWriter<byte> _values = new();
    private readonly ArrayBufferWriter<byte> _table = new();
    private readonly List<Tensor> _tensors = [];
    private ulong _keyCount;
    private long _dataBytes;

    private sealed record Tensor(GgufBlock Block, long Elements, long Offset, TensorFill Fill);

    /// <summary>Padding of the tensors in bytes; written only through <c>general.alignment</c> if it is not 32.</summary>
    public uint Alignment { get; init; } = 32;

    public uint Version { get; init; } = 3;

    public GgufWriter Add(string key, uint value) => AddScalar(key, GgufValueType.UInt32, value);

    public GgufWriter Add(string key, ushort value) => AddScalar(key, GgufValueType.UInt16, value);

    public GgufWriter Add(string key, float value) => AddScalar(key, GgufValueType.Float32, value);

    public GgufWriter Add(string key, bool value) => AddScalar(key, GgufValueType.Bool, value ? (byte)1 : (byte)0);

    public GgufWriter Add(string key, string value)
    {
        BeginKey(key, GgufValueType.String);
        WriteString(_values, Encoding.UTF8.GetBytes(value));
        return this;
    }

    public GgufWriter Add(string key, ReadOnlySpan<float> values) => AddArray(key, GgufValueType.Float32, values);

    public GgufWriter Add(string key, ReadOnlySpan<int> values) => AddArray(key, GgufValueType.Int32, values);

    public GgufWriter Add(string key, IReadOnlyList<string> values)
    {
        BeginArray(key, GgufValueType.String, (ulong)values.Count);
        foreach (string value in values)
            WriteString(_values, Encoding.UTF8.GetBytes(value));
        return this;
    }

    /// <summary>A value already encoded, its type in front: what <see cref="GgufFile.GetEncoded"/> returns.</summary>
    public GgufWriter AddEncoded(string key, ReadOnlySpan<byte> typeAndValue)
    {
        _keyCount++;
        WriteString(_values, Encoding.UTF8.GetBytes(key));
        _values.Write(typeAndValue);
        return this;
    }

    /// <summary>A tensor at the next place of the data section.</summary>
    public GgufWriter AddTensor(string name, GgufTensorType type, ReadOnlySpan<long> shape, TensorFill fill)
    {
        GgufBlock.TryGet(type, out GgufBlock block);
        long elements = 1;
        foreach (long extent in shape)
            elements *= extent;
        AddTensorEntry(name, (uint)type, MemoryMarshal.Cast<long, ulong>(shape), (ulong)_dataBytes);
        _tensors.Add(new Tensor(block, elements, _dataBytes, fill));
        _dataBytes = Align(_dataBytes + elements / block.Elements * block.Bytes);
        return this;
    }

    /// <summary>A line of the tensor table as it is, without data: for files that lie.</summary>
    public GgufWriter AddTensorEntry(string name, uint type, ReadOnlySpan<ulong> shape, ulong offset)
    {
        WriteString(_table, Encoding.UTF8.GetBytes(name));
        Write(_table, (uint)shape.Length);
        foreach (ulong extent in shape)
            Write(_table, extent);
        Write(_table, type);
        Write(_table, offset);
        EntryCount++;
        return this;
    }

    /// <summary>Lines in the tensor table.</summary>
    public ulong EntryCount { get; private set; }

    /// <summary>Everything before the tensor data, padded.</summary>
    public byte[] Header()
    {
        var header = new ArrayBufferWriter<byte>();
        header.Write("GGUF"u8);
        Write(header, Version);
        Write(header, EntryCount);
        Write(header, _keyCount);
        header.Write(_values.WrittenSpan);
        header.Write(_table.WrittenSpan);
        var padded = new byte[Align(header.WrittenCount)];
        header.WrittenSpan.CopyTo(padded);
        return padded;
    }

    /// <summary>The whole file in memory: for small ones.</summary>
    public byte[] ToArray()
    {
        byte[] header = Header();
        var file = new byte[header.Length + _dataBytes];
        header.CopyTo(file, 0);
        foreach (Tensor tensor in _tensors)
            tensor.Fill(0, file.AsSpan((int)(header.Length + tensor.Offset), (int)(tensor.Elements / tensor.Block.Elements * tensor.Block.Bytes)));
        return file;
    }

    /// <summary>Writes the file under a temporary name and renames it when it is complete.</summary>
    /// <returns>Bytes written.</returns>
    public long Write(string path)
    {
        byte[] header = Header();
        string part = path + ".part";
        try
        {
            using (SafeFileHandle file = File.OpenHandle(part, FileMode.Create, FileAccess.Write, preallocationSize: header.Length + _dataBytes))
            {
                RandomAccess.Write(file, header, 0);
                Parallel.ForEach(Pieces(), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, () => Array.Empty<byte>(), (piece, _, buffer) =>
                {
                    (Tensor tensor, long first) = piece;
                    GgufBlock block = tensor.Block;
                    int bytes = (int)(Math.Min(PieceElements, tensor.Elements - first) / block.Elements * block.Bytes);
                    if (buffer.Length < bytes)
                        buffer = new byte[bytes];
                    tensor.Fill(first, buffer.AsSpan(0, bytes));
                    RandomAccess.Write(file, buffer.AsSpan(0, bytes), header.Length + tensor.Offset + first / block.Elements * block.Bytes);
                    return buffer;
                }, _ => { });
            }
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
        return header.Length + _dataBytes;
    }

    private IEnumerable<(Tensor, long)> Pieces()
    {
        foreach (Tensor tensor in _tensors)
            for (long first = 0; first < tensor.Elements; first += PieceElements)
                yield return (tensor, first);
    }

    private GgufWriter AddScalar<T>(string key, GgufValueType type, T value) where T : unmanaged
    {
        BeginKey(key, type);
        Write(_values, value);
        return this;
    }

    private GgufWriter AddArray<T>(string key, GgufValueType element, ReadOnlySpan<T> values) where T : unmanaged
    {
        BeginArray(key, element, (ulong)values.Length);
        _values.Write(MemoryMarshal.AsBytes(values));
        return this;
    }

    private void BeginArray(string key, GgufValueType element, ulong count)
    {
        BeginKey(key, GgufValueType.Array);
        Write(_values, (uint)element);
        Write(_values, count);
    }

    private void BeginKey(string key, GgufValueType type)
    {
        _keyCount++;
        WriteString(_values, Encoding.UTF8.GetBytes(key));
        Write(_values, (uint)type);
    }

    private long Align(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void WriteString(ArrayBufferWriter<byte> stream, ReadOnlySpan<byte> bytes)
    {
        Write(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Write<T>(ArrayBufferWriter<byte> stream, T value) where T : unmanaged =>
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
}
