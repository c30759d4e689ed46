using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Miwv.Data;

namespace Miwv.Llama.Gguf;

/// <summary>
/// Forward reader over a file with one fixed buffer. Every length is compared with the bytes that are left
/// before anything is allocated or skipped. A map is not used: a file cut while it is read would end the process.
/// </summary>
internal sealed class GgufCursor(string path, SafeFileHandle handle, long length)
{
    private const int BufferSize = 1 << 17;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[BufferSize];
    private long _bufferStart;
    private int _bufferLength;
    private long _position;

    public string Path => path;

    public long Length => length;

    public long Position => _position;

    public long Remaining => length - _position;

    /// <summary>What is being read, for messages: "key 7", "tensor 12".</summary>
    public string Place { get; set; } = "the header";

    public UserException Error(string text) => new($"{path}: {text}");

    public UserException CutShort(string text) =>
        Error($"cut short: {text}, the file has {length}: download or convert it again");

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadSpan(4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadSpan(8));

    /// <summary>The next bytes; valid until the next call. At most the buffer's size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadSpan(int count)
    {
        long offset = _position - _bufferStart;
        if (offset < 0 || offset + count > _bufferLength)
        {
            Refill(count);
            offset = 0;
        }
        _position += count;
        return _buffer.AsSpan((int)offset, count);
    }

    /// <summary>A length or count that claims at least <paramref name="unit"/> bytes of file each.</summary>
    public long ReadCount(string what, int unit)
    {
        ulong count = ReadUInt64();
        if (count > (ulong)(Remaining / unit))
            throw CutShort($"{Place} claims {count} {what}, {(UInt128)count * (uint)unit} bytes or more from byte {_position}");
        return (long)count;
    }

    /// <summary>A short name: UTF-8, 1 to <paramref name="maxBytes"/> bytes, no control characters.</summary>
    public string ReadName(int maxBytes)
    {
        long bytes = ReadCount("bytes of name", 1);
        if (bytes == 0 || bytes > maxBytes)
            throw Error($"{Place} has a name of {bytes} bytes, 1 to {maxBytes} are allowed: the file is damaged or not made for llama.cpp");
        ReadOnlySpan<byte> span = ReadSpan((int)bytes);
        // C strings on the native side: a NUL would hide the rest of the name.
        if (span.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0 || span.Contains((byte)0x7f))
            throw Error($"{Place} has control characters in its name: the file is damaged");
        try
        {
            return StrictUtf8.GetString(span);
        }
        catch (ArgumentException)
        {
            throw Error($"{Place} has a name that is not UTF-8: the file is damaged");
        }
    }

    public void Skip(long count)
    {
        if (count > Remaining)
            throw CutShort($"{Place} needs {count} bytes from byte {_position}");
        _position += count;
    }

    public void Seek(long position) => _position = position;

    private void Refill(int count)
    {
        if (count > Remaining)
            throw CutShort($"{Place} needs {count} bytes from byte {_position}");
        _bufferStart = _position;
        _bufferLength = 0;
        while (_bufferLength < count)
        {
            int read = RandomAccess.Read(handle, _buffer.AsSpan(_bufferLength), _bufferStart + _bufferLength);
            if (read == 0)
                throw Error($"got shorter while it was read (byte {_bufferStart + _bufferLength}): is it still being written?");
            _bufferLength += read;
        }
    }
}
