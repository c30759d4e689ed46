using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Miwv.Data;

/// <summary>
/// One pass over the text of a data file: checks JSON and UTF-8 and notes where each row lies. At most one row is in memory.
/// </summary>
internal abstract class RowScanner(string path, RowFileOptions options, PipeReader pipe, ColumnWatch columns, OwnIds ids)
{
    private const int ProbeBytes = 1 << 20;

    private byte[] _joined = [];

    /// <summary>The rows found.</summary>
    public List<RowEntry> Rows { get; } = [];

    protected string FilePath => path;

    protected RowFileOptions Options => options;

    protected ColumnWatch Columns => columns;

    protected OwnIds Ids => ids;

    protected bool IsFull => options.Limit is { } limit && Rows.Count >= limit;

    /// <summary>Scans from the first byte of the first row's line or bracket, which lies at <paramref name="offset"/> on <paramref name="line"/>.</summary>
    public abstract void Scan(long offset, int line, CancellationToken cancellation);

    /// <summary>Waits for more than <paramref name="have"/> bytes; twice as many if there can be, so that a long row is looked at few times.</summary>
    protected ReadResult ReadMore(long have, CancellationToken cancellation)
    {
        long wanted = Math.Min(2 * have, options.MaxRowBytes);
        return Complete(pipe.ReadAtLeastAsync((int)Math.Max(wanted, have + 1), cancellation));
    }

    /// <summary>Gives up the first bytes of the buffer and asks for more than the rest.</summary>
    protected void Keep(ReadOnlySequence<byte> buffer, long from) => pipe.AdvanceTo(buffer.GetPosition(from), buffer.End);

    protected UserException Error(long line, string what) => new($"{path}:{line}: {what}");

    /// <summary>An error within a row, with the row's number where the line does not tell it.</summary>
    protected UserException RowError(long line, string what, Exception? inner = null) => new($"{path}:{line}: {Place(line)}{what}", inner);

    /// <summary>Begins a message about a row on a line that other rows are on too.</summary>
    protected virtual string Place(long line) => "";

    protected UserException TooDeep(long line) =>
        RowError(line, $"a row is nested deeper than {RowProbe.MaxDepth} levels; flatten or remove it");

    protected UserException TooLong(long line) =>
        RowError(line, $"a row is longer than {options.MaxRowBytes / (1024 * 1024)} MiB; split or remove it");

    protected UserException NotJson(long line, JsonException e)
    {
        // Later in a file it is one bad row, not the way all were written.
        if (Rows.Count == 0 && JsonFault.IsSingleQuote(e))
            return RowError(line, $"not JSON but what Python prints, with texts in single quotes; convert it: {Conversion.Literals(path, array: this is ArrayScanner)}", e);
        return RowError(line, $"not valid JSON: {JsonFault.Reason(e)}; correct the row or remove it", e);
    }

    /// <summary>The bytes as one span; it is valid until the next call.</summary>
    protected ReadOnlySpan<byte> Join(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
            return bytes.FirstSpan;
        int length = (int)bytes.Length;
        if (_joined.Length < length)
            _joined = new byte[Math.Max(length, Math.Min(2 * _joined.Length, options.MaxRowBytes))];
        bytes.CopyTo(_joined);
        return _joined.AsSpan(0, length);
    }

    /// <summary>Refuses bytes that are not UTF-8; the first of them lies on <paramref name="line"/>.</summary>
    protected void CheckUtf8(ReadOnlySpan<byte> bytes, long line)
    {
        if (Utf8.IsValid(bytes))
            return;
        int bad = 0;
        while (Rune.DecodeFromUtf8(bytes[bad..], out _, out int length) == OperationStatus.Done)
            bad += length;
        throw RowError(line + bytes[..bad].Count((byte)'\n'), $"the byte 0x{bytes[bad]:X2} is not UTF-8 text; convert the file to UTF-8");
    }

    /// <summary>A row that does not end where it should: is the whole file one object around the rows?</summary>
    protected UserException? Wrapped(ReadOnlySequence<byte> buffer, CancellationToken cancellation)
    {
        if (Rows.Count > 0)
            return null;
        pipe.AdvanceTo(buffer.Start, buffer.End);
        ReadResult more = Complete(pipe.ReadAtLeastAsync(ProbeBytes, cancellation));
        return WrapperKey.Find(more.Buffer) is { } key ? WrapperKey.Error(path, key) : null;
    }

    protected void Add(RowProbe probe, long offset, long length, long line)
    {
        int idOffset = probe.IdStart < 0 ? -1 : (int)(probe.IdStart - probe.Start);
        probe.Register(Rows.Count);
        Rows.Add(new RowEntry(offset, (int)length, (int)line, idOffset));
    }

    private static ReadResult Complete(ValueTask<ReadResult> read) =>
        read.IsCompletedSuccessfully ? read.Result : read.AsTask().GetAwaiter().GetResult();
}
