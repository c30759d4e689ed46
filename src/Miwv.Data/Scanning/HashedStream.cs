using System.Security.Cryptography;

namespace Miwv.Data;

/// <summary>The file's bytes as they lie on the disk, hashed while they pass. The first bytes can be looked at beforehand.</summary>
internal sealed class HashedStream(Stream inner, int readBytes, IProgress<long>? bytesRead) : ForwardStream
{
    private const long ReportEvery = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _tail = new byte[GzipTrailer.Bytes];
    private byte[] _head = [];
    private int _headUsed;
    private long _total;
    private long _reported;

    /// <summary>The first bytes, at most <paramref name="count"/>; they are read again by <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        byte[] head = new byte[count];
        int length = inner.ReadAtLeast(head, count, throwOnEndOfStream: false);
        _head = head[..length];
        return _head;
    }

    public override int Read(Span<byte> buffer)
    {
        Span<byte> target = buffer[..Math.Min(buffer.Length, readBytes)];
        int count;
        if (_headUsed < _head.Length)
        {
            count = Math.Min(target.Length, _head.Length - _headUsed);
            _head.AsSpan(_headUsed, count).CopyTo(target);
            _headUsed += count;
        }
        else
        {
            count = inner.Read(target);
        }
        _hash.AppendData(target[..count]);
        Remember(target[..count]);
        _total += count;
        if (_total - _reported >= ReportEvery || (count == 0 && _total != _reported))
        {
            _reported = _total;
            bytesRead?.Report(_total);
        }
        return count;
    }

    /// <summary>The last bytes read, at most eight.</summary>
    public ReadOnlySpan<byte> Tail => _tail.AsSpan((int)Math.Max(0, _tail.Length - _total));

    /// <summary>Reads what is left and returns the SHA-256 of all bytes, in lower-case hex.</summary>
    public string Finish(CancellationToken cancellation)
    {
        byte[] buffer = new byte[Math.Max(readBytes, 16)];
        while (Read(buffer) > 0)
            cancellation.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> last = bytes[^Math.Min(bytes.Length, _tail.Length)..];
        _tail.AsSpan(last.Length).CopyTo(_tail);
        last.CopyTo(_tail.AsSpan(_tail.Length - last.Length));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
