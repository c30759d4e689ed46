using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Scans JSON Lines: one row a line, blank lines between them.</summary>
internal sealed class LinesScanner : RowScanner
{
    private readonly RowProbe _probe;

    public LinesScanner(string path, RowFileOptions options, PipeReader pipe, ColumnWatch columns, OwnIds ids)
        : base(path, options, pipe, columns, ids) =>
        _probe = new RowProbe(columns, ids, rowDepth: 0);

    public override void Scan(long offset, int line, CancellationToken cancellation)
    {
        long kept = 0;
        while (true)
        {
            ReadResult read = ReadMore(kept, cancellation);
            ReadOnlySequence<byte> rest = read.Buffer;
            long searched = kept;
            while (!IsFull && rest.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> text = rest.Slice(0, end);
                Line(text, offset, line++, endsFile: false, read.Buffer, cancellation);
                offset += text.Length + 1;
                rest = rest.Slice(rest.GetPosition(1, end));
                searched = 0;
            }
            if (IsFull)
                return;
            if (rest.Length > Options.MaxRowBytes)
                throw Wrapped(read.Buffer, cancellation) ?? TooLong(line);
            if (read.IsCompleted)
            {
                Line(rest, offset, line, endsFile: true, read.Buffer, cancellation);
                return;
            }
            kept = rest.Length;
            Keep(read.Buffer, read.Buffer.Length - kept);
        }
    }

    private void Line(ReadOnlySequence<byte> text, long offset, int line, bool endsFile, ReadOnlySequence<byte> buffer, CancellationToken cancellation)
    {
        if (text.Length > Options.MaxRowBytes)
            throw TooLong(line);
        ReadOnlySpan<byte> bytes = Join(text);
        int blank = bytes.IndexOfAnyExcept(" \t\r"u8);
        if (blank < 0)
            return;
        CheckUtf8(bytes, line);
        long length;
        try
        {
            length = Parse(bytes[blank..], line);
        }
        catch (JsonException e)
        {
            throw NotJson(line, e);
        }
        if (length >= 0)
            Add(_probe, offset + blank, length, line);
        else if (Wrapped(buffer, cancellation) is { } wrapped)
            throw wrapped;
        else if (endsFile)
            throw Error(line, "the file ends in the middle of this row; it was cut short, get it again");
        else
            throw Error(line, $"the row does not end on its line; write one object a line (jq -c . {FilePath}) or one array");
    }

    /// <summary>Returns the length of the row, −1 if the line ends before it does.</summary>
    private long Parse(ReadOnlySpan<byte> bytes, int line)
    {
        // A bare number needs the final block to end; with it, an object that is merely incomplete would be an error like any other.
        bool isFinal = bytes[0] is not ((byte)'{' or (byte)'[' or (byte)'"');
        var reader = new Utf8JsonReader(bytes, isFinal, new JsonReaderState(_probe.ReaderOptions));
        long end = -1;
        while (reader.Read())
        {
            if (_probe.Token(ref reader, reader.TokenStartIndex, out bool tooDeep))
                end = reader.BytesConsumed;
            if (tooDeep)
                throw TooDeep(line);
        }
        return end;
    }
}
