using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Scans one JSON array of rows.</summary>
internal sealed class ArrayScanner : RowScanner
{
    private readonly RowProbe _probe;
    private JsonReaderState _json;
    private long _base;     // offset of the buffer in the file
    private long _parsed;   // bytes of the buffer that the JSON reader has consumed
    private long _counted;  // bytes of the buffer whose newlines are in _line
    private long _line;
    private long _firstLine;
    private long _rowLine;
    private bool _closed;

    public ArrayScanner(string path, RowFileOptions options, PipeReader pipe, ColumnWatch columns, OwnIds ids)
        : base(path, options, pipe, columns, ids)
    {
        _probe = new RowProbe(columns, ids, rowDepth: 1);
        _json = new JsonReaderState(_probe.ReaderOptions);
    }

    public override void Scan(long offset, int line, CancellationToken cancellation)
    {
        _base = offset;
        _line = _firstLine = line;
        long kept = 0;
        while (!IsFull)
        {
            ReadResult read = ReadMore(kept, cancellation);
            ReadOnlySequence<byte> buffer = read.Buffer;
            try
            {
                Parse(buffer);
            }
            catch (JsonException e)
            {
                throw NotJson(_firstLine + (e.LineNumber ?? 0), e);
            }
            if (IsFull)
                return;
            if (_closed)
                CheckTail(buffer.Slice(_parsed), CountTo(buffer, _parsed));
            else if (read.IsCompleted)
                throw Truncated(buffer);
            kept = Advance(buffer);
            if (kept > Options.MaxRowBytes)
                throw TooLong(_probe.InRow ? _rowLine : _line);
            if (_closed && read.IsCompleted)
                return;
        }
    }

    private void Parse(ReadOnlySequence<byte> buffer)
    {
        if (_closed)
            return;
        long origin = _parsed;
        var reader = new Utf8JsonReader(buffer.Slice(origin), isFinalBlock: false, _json);
        while (!_closed && !IsFull && reader.Read())
        {
            if (reader.CurrentDepth == 0)
            {
                _closed = reader.TokenType == JsonTokenType.EndArray;
                continue;
            }
            long start = origin + reader.TokenStartIndex;
            bool first = !_probe.InRow;
            bool ends = _probe.Token(ref reader, start, out bool tooDeep);
            if (first)
                _rowLine = CountTo(buffer, start);
            if (tooDeep)
                throw TooDeep(CountTo(buffer, start));
            if (ends)
                EndRow(buffer, origin + reader.BytesConsumed);
        }
        _parsed = origin + reader.BytesConsumed;
        _json = reader.CurrentState;
    }

    private void EndRow(ReadOnlySequence<byte> buffer, long end)
    {
        long length = end - _probe.Start;
        if (length > Options.MaxRowBytes)
            throw TooLong(_rowLine);
        CheckUtf8(Join(buffer.Slice(_probe.Start, length)), _rowLine);
        Add(_probe, _base + _probe.Start, length, _rowLine);
    }

    /// <summary>Drops what is done with; returns how many bytes are kept.</summary>
    private long Advance(ReadOnlySequence<byte> buffer)
    {
        long from = _closed ? buffer.Length : _probe.InRow ? _probe.Start : _parsed;
        CountTo(buffer, from);
        Keep(buffer, from);
        _base += from;
        _parsed = _closed ? 0 : _parsed - from;
        _counted -= from;
        _probe.Shift(from);
        return buffer.Length - from;
    }

    private long CountTo(ReadOnlySequence<byte> buffer, long position)
    {
        if (position > _counted)
        {
            _line += Lines(buffer.Slice(_counted, position - _counted));
            _counted = position;
        }
        return _line;
    }

    private void CheckTail(ReadOnlySequence<byte> tail, long line)
    {
        long at = 0;
        foreach (ReadOnlyMemory<byte> segment in tail)
        {
            int other = segment.Span.IndexOfAnyExcept(" \t\r\n"u8);
            if (other >= 0)
                throw Error(line + Lines(tail.Slice(0, at + other)), "there is more text after the closing ] of the array; a file holds one array, or one object a line");
            at += segment.Length;
        }
    }

    private UserException Truncated(ReadOnlySequence<byte> buffer)
    {
        if (_probe.InRow)
            return Error(_rowLine, "the file ends in the middle of the row that begins here; it was cut short, get it again");
        return Error(CountTo(buffer, buffer.Length), "the file ends before the closing ] of the array; it was cut short, get it again");
    }
}
