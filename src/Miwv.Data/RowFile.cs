using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>
/// A data file as rows that are read at random: Alpaca, messages or ShareGPT rows in a JSON array or JSON Lines, plain or gzip.
/// Memory is 24 bytes a row, whatever the rows hold, and 16 more while opening if they have ids. All members are thread-safe.
/// </summary>
public sealed class RowFile : IDisposable
{
    private readonly InputFile _input;
    private readonly List<RowEntry> _rows;
    private readonly RowParser _parser;

    private RowFile(string path, InputFile input, RowContainer container, List<RowEntry> rows, RowParser parser, string sha256)
    {
        _input = input;
        _rows = rows;
        _parser = parser;
        Path = path;
        Container = container;
        Sha256 = sha256;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>Number of rows, those in error included.</summary>
    public int Count => _rows.Count;

    /// <summary>A second file whose rows are only shown: they stand behind those of this one, from <see cref="Count"/> on. Null = none; disposed with this file.</summary>
    public RowFile? Demonstrations { get; set; }

    /// <summary>Rows of both files.</summary>
    public int CountWithDemonstrations => Count + (Demonstrations?.Count ?? 0);

    /// <summary>What the rows look like.</summary>
    public RowShape Shape => _parser.Shape;

    /// <summary>The names by which its columns and turns are read.</summary>
    public ColumnMap Columns => _parser.Columns;

    /// <summary>A JSON array or JSON Lines.</summary>
    public RowContainer Container { get; }

    /// <summary>SHA-256 of the whole file as it lies on the disk (of the .gz, and beyond a limit too), lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>
    /// Scans a file once, checking its JSON and UTF-8 and finding its rows; <paramref name="bytesRead"/> hears of every MiB.
    /// </summary>
    /// <exception cref="UserException">The file cannot be read, is not JSON rows, has no answers, or has an id twice.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static RowFile Open(string path, RowFileOptions? options = null, IProgress<long>? bytesRead = null, CancellationToken cancellation = default)
    {
        options ??= new RowFileOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Limit ?? 1, 1, nameof(options));
        InputFile input = InputFile.Open(path, options, bytesRead);
        RowFile? opened = null;
        try
        {
            return opened = Scan(path, input, options, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"{path}: the gzip data is damaged or cut short ({e.Message}); get the file again", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
        finally
        {
            if (opened is null)
                input.Dispose();
        }
    }

    /// <summary>Reads one row. What is wrong with a row is in <see cref="Row.Error"/>.</summary>
    /// <exception cref="UserException">The file was changed since it was opened.</exception>
    public Row Read(int index)
    {
        if (index >= Count && Demonstrations is { } shown) return shown.Read(index - Count);
        RowEntry entry = _rows[index];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(entry.Length);
        try
        {
            Span<byte> json = buffer.AsSpan(0, entry.Length);
            ReadBytes(entry, json);
            return _parser.Parse(json, index, IdOf(json, entry, index));
        }
        catch (JsonException e)
        {
            throw Changed(entry.Line, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The exact bytes of a row's JSON text, from its first to its last brace.</summary>
    /// <exception cref="UserException">The file was changed since it was opened.</exception>
    public ReadOnlySpan<byte> RawJson(int index)
    {
        byte[] json = new byte[_rows[index].Length];
        ReadBytes(_rows[index], json);
        return json;
    }

    /// <summary>The id of a row.</summary>
    public RowId Id(int index) => index >= Count && Demonstrations is { } shown ? shown.Id(index - Count) : _rows[index].IdOffset < 0 ? RowId.FromPosition(index) : IdOf(RawJson(index), _rows[index], index);

    /// <summary>The 1-based line of the (unpacked) file on which a row begins.</summary>
    public int Line(int index) => _rows[index].Line;

    /// <summary>Where a row is, for people: <c>line 5</c>, or <c>line 1 (row 5)</c> if others begin on its line.</summary>
    public string Place(int index) => IsAloneOnItsLine(index) ? $"line {Line(index)}" : $"line {Line(index)} (row {index + 1})";

    /// <summary>Closes the file; an unpacked copy disappears.</summary>
    public void Dispose()
    {
        Demonstrations?.Dispose();
        _input.Dispose();
    }

    /// <summary>Refuses to go on with a file that somebody wrote to.</summary>
    internal void ThrowIfChanged()
    {
        if (_input.HasChanged)
            throw Changed(1, null);
    }

    private static RowFile Scan(string path, InputFile input, RowFileOptions options, CancellationToken cancellation)
    {
        PipeReader pipe = PipeReader.Create(input.Text, new StreamPipeReaderOptions(bufferSize: options.BufferBytes, minimumReadSize: 1, leaveOpen: true));
        var columns = new ColumnWatch(options.Columns);
        var ids = new OwnIds(options.Ids);
        (RowContainer container, long offset, int line) = TextStart.Find(path, pipe, cancellation);
        RowScanner scanner = container == RowContainer.Array
            ? new ArrayScanner(path, options, pipe, columns, ids)
            : new LinesScanner(path, options, pipe, columns, ids);
        scanner.Scan(offset, line, cancellation);
        pipe.Complete();
        string sha256 = input.Finish(cancellation);

        List<RowEntry> rows = scanner.Rows;
        rows.TrimExcess();
        if (rows.Count == 0)
            throw new UserException($"{path}: the file holds no rows");
        if (columns.Objects == 0)
            throw new UserException($"{path}: none of the {rows.Count} rows is a JSON object; each should have a prompt and an answer, such as {{\"instruction\": ..., \"output\": ...}}");
        RowFile Rows(RowShape shape) => new(path, input, container, rows, new RowParser(shape, options), sha256);
        if (ids.Duplicate() is var (first, second))
            throw Rows(default).SameId(first, second);
        try
        {
            return Rows(columns.Shape(path, options.Shape, options.IsPart, new RowSample(Rows(default))));
        }
        catch (UserException) when (rows.Count == 1)
        {
            var row = new ReadOnlySequence<byte>(Rows(default).RawJson(0).ToArray());
            if (WrapperKey.Find(row) is { } key)
                throw WrapperKey.Error(path, key);
            throw;
        }
    }

    private UserException SameId(int first, int second)
    {
        string id = Quoted.Short(Id(second).Text), other = Place(first);
        const string numbered = "or number the rows with --ids position";
        string what = HasOwnId(second)
            ? HasOwnId(first)
                ? $"the row has the id {id}, like the row on {other}; make the ids unique, {numbered}"
                : $"the row has the id {id}, which the row on {other} has by its position, for it has no id; give every row an id, {numbered}"
            : $"the row has no id, and its position {id}, which would stand for it, is the id of the row on {other}; give every row an id, {numbered}";
        return new UserException($"{Path}:{Line(second)}: {(IsAloneOnItsLine(second) ? "" : $"row {second + 1} of the array: ")}{what}");
    }

    private bool HasOwnId(int index) => _rows[index].IdOffset >= 0;

    private bool IsAloneOnItsLine(int index) =>
        (index == 0 || Line(index - 1) < Line(index)) && (index == Count - 1 || Line(index) < Line(index + 1));

    private static RowId IdOf(ReadOnlySpan<byte> json, RowEntry entry, int index)
    {
        if (entry.IdOffset < 0)
            return RowId.FromPosition(index);
        // Not final: the bytes of the row go on after the id.
        var reader = new Utf8JsonReader(json[entry.IdOffset..], isFinalBlock: false, default);
        return reader.Read() && RowIdReader.TryRead(ref reader, out RowId? id) && id is { } own
            ? own
            : throw new JsonException("no id where there was one");
    }

    private void ReadBytes(RowEntry entry, Span<byte> json)
    {
        int done = 0;
        while (done < json.Length)
        {
            int count = RandomAccess.Read(_input.Bytes, json[done..], entry.Offset + done);
            if (count == 0)
                throw Changed(entry.Line, null);
            done += count;
        }
    }

    private UserException Changed(int line, Exception? inner) =>
        new($"{Path}:{line}: the file was changed while it was in use; start again", inner);
}
