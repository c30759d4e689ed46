using System.Text.Json;

namespace Miwv.Data;

/// <summary>Follows the tokens of one row at a time and notes what the scan needs: its end, its columns and its own id.</summary>
internal sealed class RowProbe(ColumnWatch columns, OwnIds ids, int rowDepth)
{
    /// <summary>Deepest nesting accepted within a row.</summary>
    public const int MaxDepth = 64;

    private bool _isObject;
    private int _column;
    private uint _filled;
    private RowId? _id;
    private long _idStart;

    /// <summary>The reader options under which this class, not the reader, refuses deep nesting.</summary>
    public JsonReaderOptions ReaderOptions => new() { MaxDepth = rowDepth + MaxDepth + 2 };

    /// <summary>True between the first and the last token of a row.</summary>
    public bool InRow { get; private set; }

    /// <summary>Offset of the row's first byte, in the caller's coordinates.</summary>
    public long Start { get; private set; }

    /// <summary>Offset of the row's own id, −1 if it has none.</summary>
    public long IdStart => _id is null ? -1 : _idStart;

    /// <summary>
    /// Takes one token that begins at <paramref name="start"/>. Returns true if it ends the row.
    /// <paramref name="tooDeep"/> is set where the nesting passes the limit.
    /// </summary>
    public bool Token(ref Utf8JsonReader reader, long start, out bool tooDeep)
    {
        int depth = reader.CurrentDepth - rowDepth;
        bool opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        tooDeep = opens && depth >= MaxDepth;
        if (depth == 0)
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                return End();
            Begin(start, reader.TokenType);
            return !opens && End();
        }
        if (depth == 1 && _isObject)
            TopLevel(ref reader, start);
        return false;
    }

    /// <summary>Moves the caller's coordinates: <paramref name="bytes"/> were dropped at the front.</summary>
    public void Shift(long bytes)
    {
        Start -= bytes;
        _idStart -= bytes;
    }

    /// <summary>Hands the id of the row that just ended to the check for duplicates.</summary>
    public void Register(int index) => ids.Add(index, _id);

    private void Begin(long start, JsonTokenType type)
    {
        InRow = true;
        Start = start;
        _isObject = type == JsonTokenType.StartObject;
        _column = -1;
        _filled = 0;
        _id = null;
    }

    private bool End()
    {
        InRow = false;
        if (_isObject)
            columns.EndObject(_filled);
        return true;
    }

    private void TopLevel(ref Utf8JsonReader reader, long start)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _column = columns.Name(ref reader);
                return;
            case JsonTokenType.EndArray or JsonTokenType.EndObject:
                return;
        }
        if (_column < 0)
            return;
        if (reader.TokenType == JsonTokenType.Null)
            _filled &= ~(1u << _column);
        else
            _filled |= 1u << _column;
        if (_column == (int)RowColumn.Id && ids.Wanted)
        {
            _ = RowIdReader.TryRead(ref reader, out _id);
            _idStart = start;
        }
    }
}
