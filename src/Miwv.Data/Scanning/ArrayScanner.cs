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
    private int _parsed;    // bytes of the buffer that the JSON reader has consumed
    private int _counted;   // bytes of the buffer whose newlines are in _line
    private int _line;
    private int _firstLine;
    private int _rowLine;
    private bool _closed;
    private bool _open;     // between the first byte of a row and its place among the rows

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
        for (long kept = 0; ;)
        {
            ReadResult read = ReadMore(kept, cancellation);
            // One span, as the rows are checked whole; a token's place is its place in the span.
            ReadOnlySpan<byte> buffer = Join(read.Buffer);
            Parse(buffer);
            if (IsFull)
                return;
            if (_closed)
                CheckTail(buffer);
            else if (read.IsCompleted)
                throw Truncated(buffer);
            int done = Done(buffer);
            Keep(read.Buffer, done);
            kept = buffer.Length - done;
            if (kept > Options.MaxRowBytes)
                throw TooLong(_probe.InRow ? _rowLine : _line);
            if (_closed && read.IsCompleted)
                return;
        }
    }

    private void Parse(ReadOnlySpan<byte> buffer)
    {
        if (_closed)
            return;
        int origin = _parsed;
        var reader = new Utf8JsonReader(buffer[origin..], isFinalBlock: false, _json);
        try
        {
            while (!_closed && !IsFull && reader.Read())
            {
                if (reader.CurrentDepth == 0)
                    _closed = reader.TokenType == JsonTokenType.EndArray;
                else
                    Token(ref reader, buffer, origin);
            }
        }
        catch (JsonException e)
        {
            throw NotJson(_firstLine + (e.LineNumber ?? 0), e);
        }
        _parsed = origin + (int)reader.BytesConsumed;
        _json = reader.CurrentState;
    }

    private void Token(ref Utf8JsonReader reader, ReadOnlySpan<byte> buffer, int origin)
    {
        int start = origin + (int)reader.TokenStartIndex;
        bool first = !_probe.InRow;
        bool ends = _probe.Token(ref reader, start, out bool tooDeep);
        if (first)
        {
            _rowLine = CountTo(buffer, start);
            _open = true;
        }
        if (tooDeep)
            throw TooDeep(CountTo(buffer, start));
        if (!ends)
            return;
        ReadOnlySpan<byte> row = buffer[(int)_probe.Start..(origin + (int)reader.BytesConsumed)];
        if (row.Length > Options.MaxRowBytes)
            throw TooLong(_rowLine);
        CheckUtf8(row, _rowLine);
        Add(_probe, _base + _probe.Start, row.Length, _rowLine);
        _open = false;
    }

    protected override string Place(long line)
    {
        // Between two rows the one before the error is alone on the line as long as none begins there before it.
        int before = _open ? Rows.Count - 1 : Rows.Count - 2;
        if (before < 0 || Rows[before].Line < line)
            return "";
        return _open ? $"row {Rows.Count + 1} of the array: " : $"behind row {Rows.Count} of the array: ";
    }

    /// <summary>Moves all places past what is done with; returns how many bytes that are.</summary>
    private int Done(ReadOnlySpan<byte> buffer)
    {
        int done = _closed ? buffer.Length : _probe.InRow ? (int)_probe.Start : _parsed;
        CountTo(buffer, done);
        _base += done;
        _parsed = _closed ? 0 : _parsed - done;
        _counted -= done;
        _probe.Shift(done);
        return done;
    }

    private int CountTo(ReadOnlySpan<byte> buffer, int position)
    {
        if (position > _counted)
        {
            _line += buffer[_counted..position].Count((byte)'\n');
            _counted = position;
        }
        return _line;
    }

    private void CheckTail(ReadOnlySpan<byte> buffer)
    {
        int other = buffer[_parsed..].IndexOfAnyExcept(" \t\r\n"u8);
        if (other >= 0)
            throw Error(CountTo(buffer, _parsed + other), "there is more text after the closing ] of the array; a file holds one array, or one object a line");
    }

    private UserException Truncated(ReadOnlySpan<byte> buffer)
    {
        if (_probe.InRow)
            return RowError(_rowLine, "the file ends in the middle of the row that begins here; it was cut short, get it again");
        return Error(CountTo(buffer, buffer.Length), "the file ends before the closing ] of the array; it was cut short, get it again");
    }
}
