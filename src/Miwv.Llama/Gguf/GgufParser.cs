using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Miwv.Llama.Gguf;

/// <summary>Reads header, metadata and tensor table, and refuses what libllama refuses, aborts on, or worse.</summary>
internal sealed class GgufParser(GgufCursor cursor)
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int MaxKeys = 16_384;
    private const int MaxTensors = 65_536; // the native reader compares all names with all others
    private const int MaxKeyBytes = 1_024;
    private const int MaxTensorNameBytes = 63;
    private const long MaxStringBytes = 64L << 20;
    private const uint MaxAlignment = 1 << 20;
    private const uint NativeAlignment = 32; // libllama ends the process on mapped weights at other places

    public Dictionary<string, GgufValue> Values { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, GgufTensor> Tensors { get; } = new(StringComparer.Ordinal);

    public uint Version { get; private set; }

    public uint Alignment { get; private set; } = 32;

    public long DataOffset { get; private set; }

    public void Parse()
    {
        ReadMagic();
        (long tensors, long keys) = ReadCounts();
        for (long i = 0; i < keys; i++)
            ReadKey(i);
        ReadAlignment();
        var offsets = new List<GgufTensor>();
        for (long i = 0; i < tensors; i++)
            offsets.Add(ReadTensor(i));
        PlaceData(offsets);
    }

    private void ReadMagic()
    {
        if (cursor.Length == 0)
            throw cursor.Error("the file is empty: name a model in GGUF format");
        int have = (int)Math.Min(64, cursor.Length);
        ReadOnlySpan<byte> start = cursor.ReadSpan(have);
        if (have < 4 || BinaryPrimitives.ReadUInt32LittleEndian(start) != Magic)
            throw cursor.Error($"not a GGUF file (it starts with \"{Excerpt(start)}\"): {Advice(start)}");
        cursor.Seek(4);
        Version = cursor.ReadUInt32();
        if (Version is 2 or 3)
            return;
        if ((Version & 0xffff) == 0 && Version != 0)
            throw cursor.Error("a big-endian GGUF file: convert the model again without --bigendian");
        throw cursor.Error(Version == 1
            ? "GGUF version 1, which libllama no longer reads: convert the model again"
            : $"GGUF version {Version}, only 2 and 3 are known: the file is damaged or newer than this program");
    }

    private (long Tensors, long Keys) ReadCounts()
    {
        ulong tensors = cursor.ReadUInt64();
        ulong keys = cursor.ReadUInt64();
        // The smallest tensor entry has 8 + 1 + 4 + 4 + 8 bytes, the smallest key 8 + 1 + 4 + 1.
        if (keys > MaxKeys || keys > (ulong)cursor.Remaining / 14)
            throw cursor.Error($"claims {keys} metadata keys in {cursor.Length} bytes (at most {MaxKeys} are read): the file is damaged");
        if (tensors > MaxTensors || tensors > (ulong)cursor.Remaining / 25)
            throw cursor.Error($"claims {tensors} tensors in {cursor.Length} bytes (at most {MaxTensors} are read): the file is damaged");
        return ((long)tensors, (long)keys);
    }

    private void ReadKey(long index)
    {
        cursor.Place = $"metadata key {index}";
        string key = cursor.ReadName(MaxKeyBytes);
        cursor.Place = $"key \"{key}\"";
        long start = cursor.Position;
        GgufValueType type = ReadValueType();
        GgufValue value = type switch
        {
            GgufValueType.Array => ReadArray(),
            GgufValueType.String => ReadString(),
            _ => ReadScalar(type),
        };
        if (!Values.TryAdd(key, value with { Start = start, End = cursor.Position }))
            throw cursor.Error($"key \"{key}\" is there twice: the file is damaged");
    }

    private GgufValueType ReadValueType()
    {
        uint type = cursor.ReadUInt32();
        if (type > (uint)GgufValueType.Float64)
            throw cursor.Error($"{cursor.Place} has the unknown value type {type}: the file is damaged");
        return (GgufValueType)type;
    }

    private GgufValue ReadString()
    {
        long bytes = cursor.ReadCount("bytes of text", 1);
        if (bytes > MaxStringBytes)
            throw cursor.Error($"{cursor.Place} has a text of {bytes} bytes, at most {MaxStringBytes} are read");
        long offset = cursor.Position;
        cursor.Skip(bytes);
        return new(GgufValueType.String, GgufValueType.String, bytes, offset, 0);
    }

    private GgufValue ReadScalar(GgufValueType type)
    {
        long offset = cursor.Position;
        Span<byte> bits = stackalloc byte[8];
        bits.Clear();
        cursor.ReadSpan(GgufValue.SizeOf(type)).CopyTo(bits);
        if (type == GgufValueType.Bool && bits[0] > 1)
            throw cursor.Error($"{cursor.Place} is a bool with the value {bits[0]}: the file is damaged");
        return new(type, type, 1, offset, BinaryPrimitives.ReadUInt64LittleEndian(bits));
    }

    private GgufValue ReadArray()
    {
        GgufValueType element = ReadValueType();
        if (element == GgufValueType.Array)
            throw cursor.Error($"{cursor.Place} is an array of arrays, which libllama does not read");
        int size = GgufValue.SizeOf(element);
        long count = cursor.ReadCount("elements", size == 0 ? sizeof(ulong) : size);
        if (count > int.MaxValue)
            throw cursor.Error($"{cursor.Place} has {count} elements, at most {int.MaxValue} are read");
        long offset = cursor.Position;
        if (element == GgufValueType.String)
            SkipStrings(count);
        else if (element == GgufValueType.Bool)
            CheckBools(count);
        else
            cursor.Skip(count * size);
        return new(GgufValueType.Array, element, count, offset, 0);
    }

    // Optimised at once: a process opens a file once, and cold code took 132 instead of 95 ms for 152k tokens.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SkipStrings(long count)
    {
        for (long i = 0; i < count; i++)
        {
            ulong bytes = cursor.ReadUInt64();
            if (bytes > (ulong)cursor.Remaining)
                throw cursor.CutShort($"{cursor.Place}, element {i} ends at byte {(UInt128)cursor.Position + bytes}");
            if (bytes > (ulong)MaxStringBytes)
                throw cursor.Error($"{cursor.Place}, element {i} has {bytes} bytes, at most {MaxStringBytes} are read");
            cursor.Skip((long)bytes);
        }
    }

    private void CheckBools(long count)
    {
        while (count > 0)
        {
            int take = (int)Math.Min(count, 4096);
            if (cursor.ReadSpan(take).ContainsAnyExceptInRange((byte)0, (byte)1))
                throw cursor.Error($"{cursor.Place} has bools other than 0 and 1: the file is damaged");
            count -= take;
        }
    }

    private void ReadAlignment()
    {
        if (!Values.TryGetValue("general.alignment", out GgufValue value))
            return;
        if (value.Type != GgufValueType.UInt32)
            throw cursor.Error($"general.alignment is {value.TypeName}, not UInt32: the file is damaged");
        Alignment = (uint)value.Bits;
        if (Alignment is 0 or > MaxAlignment || !uint.IsPow2(Alignment))
            throw cursor.Error($"general.alignment is {Alignment}, not a power of two up to {MaxAlignment}: the file is damaged");
    }

    private GgufTensor ReadTensor(long index)
    {
        cursor.Place = $"tensor {index}";
        string name = cursor.ReadName(MaxTensorNameBytes);
        cursor.Place = $"tensor \"{name}\"";
        uint dimensions = cursor.ReadUInt32();
        if (dimensions > 4)
            throw cursor.Error($"{cursor.Place} has {dimensions} dimensions, at most 4 are possible: the file is damaged");
        var shape = new long[dimensions];
        UInt128 elements = 1;
        bool empty = false;
        for (int d = 0; d < shape.Length; d++)
        {
            ulong extent = cursor.ReadUInt64();
            if (extent > long.MaxValue)
                throw cursor.Error($"{cursor.Place} has dimension {d} of {(long)extent} elements: the file is damaged");
            shape[d] = (long)extent;
            empty |= extent == 0;
            // Zeros do not excuse the others: 2^62 x 2^62 x 0 still overflows somewhere downstream.
            elements *= Math.Max(extent, 1);
            if (elements >= long.MaxValue)
                throw cursor.Error($"{cursor.Place} has {string.Join(" x ", shape[..(d + 1)])} elements or more, too many to count: the file is damaged");
        }
        uint typeNumber = cursor.ReadUInt32();
        var type = (GgufTensorType)typeNumber;
        if (!GgufBlock.TryGet(type, out GgufBlock block))
            throw cursor.Error($"{cursor.Place} has the tensor type {typeNumber}, which libllama does not know: convert or quantise the model again");
        long row = shape.Length == 0 ? 1 : shape[0];
        if (row % block.Elements != 0)
            throw cursor.Error($"{cursor.Place} has rows of {row} elements, not a multiple of {block.Elements} as {type} needs: the file is damaged");
        UInt128 bytes = empty ? 0 : elements / (uint)block.Elements * (uint)block.Bytes;
        ulong offset = cursor.ReadUInt64();
        if (bytes > long.MaxValue || offset > long.MaxValue)
            throw cursor.CutShort($"{cursor.Place} ends at byte {(UInt128)offset + bytes} of the data");
        var tensor = new GgufTensor(name, type, shape, empty ? 0 : (long)elements, (long)bytes, (long)offset);
        if (!Tensors.TryAdd(name, tensor))
            throw cursor.Error($"{cursor.Place} is there twice: the file is damaged");
        return tensor;
    }

    /// <summary>libllama wants the tensors back to back in table order, each padded to the alignment: no holes, no overlaps.</summary>
    private void PlaceData(List<GgufTensor> tensors)
    {
        UInt128 start = Align((UInt128)cursor.Position);
        UInt128 expected = 0;
        foreach (GgufTensor tensor in tensors)
        {
            if ((UInt128)tensor.Offset != expected)
                throw cursor.Error($"tensor \"{tensor.Name}\" lies at byte {tensor.Offset} of the data, {expected} is its place: the file is damaged");
            if ((start + expected) % NativeAlignment != 0)
                throw cursor.Error($"general.alignment is {Alignment}, and tensor \"{tensor.Name}\" lies at byte {start + expected}, not a multiple of {NativeAlignment} as libllama needs: convert the model again");
            UInt128 end = start + expected + (UInt128)tensor.Bytes;
            if (end > (UInt128)cursor.Length)
                throw cursor.CutShort($"tensor \"{tensor.Name}\" ends at byte {end}");
            expected = Align(expected + (UInt128)tensor.Bytes);
        }
        DataOffset = (long)start;
    }

    private UInt128 Align(UInt128 position) => (position + (Alignment - 1)) & ~(UInt128)(Alignment - 1);

    private static string Excerpt(ReadOnlySpan<byte> start)
    {
        var text = new StringBuilder();
        foreach (byte b in start[..Math.Min(6, start.Length)])
            text.Append(b is >= 0x20 and < 0x7f and not (byte)'"' ? (char)b : '?');
        return text.ToString();
    }

    private static string Advice(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
            return "it is a Git LFS pointer: run \"git lfs pull\" to get the model itself";
        if (start.StartsWith("PK\u0003\u0004"u8))
            return "it looks like a PyTorch checkpoint or a zip: convert the model with llama.cpp's convert_hf_to_gguf.py";
        if (start.Length > 9 && start[8..].StartsWith("{\""u8))
            return "it looks like safetensors: convert the model with llama.cpp's convert_hf_to_gguf.py";
        if (start.StartsWith("tjgg"u8) || start.StartsWith("lmgg"u8) || start.StartsWith("fmgg"u8))
            return "it is a model from before GGUF: convert it again";
        if (start.StartsWith("<!"u8) || start.StartsWith("<html"u8))
            return "it is a web page: the download went wrong";
        return "name a model in GGUF format (-m model.gguf)";
    }
}
