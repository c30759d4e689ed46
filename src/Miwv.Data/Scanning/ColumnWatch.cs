using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Notes during the scan which columns the rows have, and so which shape they are of.</summary>
internal sealed class ColumnWatch
{
    private const int RowsToCollect = 1000;
    private const int NamesToCollect = 24;

    private readonly ColumnMap _map;
    private readonly byte[]?[] _names;
    private readonly List<string> _found = [];
    private uint _seen;
    private uint _filled;

    public ColumnWatch(ColumnMap map)
    {
        _map = map;
        _names = [.. ColumnMap.All.Select(column => map.Name(column) is { } name ? Encoding.UTF8.GetBytes(name) : null)];
    }

    /// <summary>Rows that are objects.</summary>
    public int Objects { get; private set; }

    /// <summary>The column names of the first rows, in order of appearance.</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>Answer columns of the first row that has a value in one.</summary>
    public uint FirstAnswer { get; private set; }

    public static uint Bit(RowColumn column) => 1u << (int)column;

    /// <summary>The columns that hold answers, one of each shape.</summary>
    public static uint AnswerBits => Bit(RowColumn.Output) | Bit(RowColumn.Messages) | Bit(RowColumn.Conversations);

    /// <summary>True if some row has the column, whatever its value.</summary>
    public bool Has(RowColumn column) => (_seen & Bit(column)) != 0;

    /// <summary>True if some row has the column with a value that is not null.</summary>
    public bool IsFilled(RowColumn column) => (_filled & Bit(column)) != 0;

    /// <summary>Takes the property name the reader is at; returns its column, −1 if it has no meaning.</summary>
    public int Name(ref Utf8JsonReader reader)
    {
        // A name that cannot be decoded (half of a surrogate pair) is an unknown column, not an error.
        string? decoded = reader.ValueIsEscaped || Objects <= RowsToCollect ? Decode(ref reader) : null;
        if (decoded is not null && Objects <= RowsToCollect && _found.Count < NamesToCollect && !_found.Contains(decoded))
            _found.Add(decoded);
        for (int i = 0; i < _names.Length; i++)
        {
            if (reader.ValueIsEscaped ? decoded is not null && decoded == _map.Name((RowColumn)i) : _names[i] is { } name && reader.ValueTextEquals(name))
            {
                _seen |= 1u << i;
                return i;
            }
        }
        return -1;
    }

    /// <summary>Takes the columns of one object row that have a value.</summary>
    public void EndObject(uint filled)
    {
        Objects++;
        _filled |= filled;
        if (FirstAnswer == 0)
            FirstAnswer = filled & AnswerBits;
    }

    /// <summary>The shape of the rows: the one asked for, the one the named columns imply, or the first one found.</summary>
    /// <param name="isPart">The rows are some of a larger file's, where none may have a column that is named.</param>
    /// <param name="rows">Read for advice only.</param>
    /// <exception cref="UserException">No row has an answer, or a named column is missing.</exception>
    public RowShape Shape(string path, RowShape? asked, bool isPart, RowSample rows)
    {
        foreach (RowColumn column in ColumnMap.All)
        {
            if (!isPart && _map.IsNamed(column) && !Has(column))
                throw new UserException($"{path}: no row has the column \"{_map.Name(column)}\" that --columns names; columns found: {Listed()}");
        }
        if ((asked ?? Named(path) ?? Detected()) is not { } shape || !Has(Answer(shape)))
            throw new UserException($"{path}: no row has a column for the answer; {new ColumnAdvice(_map, _found, rows).Text()}");
        if (shape == RowShape.Alpaca && !Has(RowColumn.Instruction))
            throw new UserException($"{path}: no row has a column for the instruction; {new ColumnAdvice(_map, _found, rows).Text()}");
        return shape;
    }

    /// <summary>The column with the answer.</summary>
    public static RowColumn Answer(RowShape shape) => shape switch
    {
        RowShape.Messages => RowColumn.Messages,
        RowShape.ShareGpt => RowColumn.Conversations,
        _ => RowColumn.Output,
    };

    private RowShape? Named(string path)
    {
        uint named = 0;
        foreach (RowColumn column in ColumnMap.All.Where(_map.IsNamed))
            named |= Bit(column);
        uint chat = named & (Bit(RowColumn.Messages) | Bit(RowColumn.Conversations));
        uint texts = named & ~chat & ~Bit(RowColumn.Id) & ~Bit(RowColumn.System);
        if (BitOperations.PopCount(chat) + (texts == 0 ? 0 : 1) > 1)
            throw new UserException($"{path}: --columns {_map} mixes shapes; name either instruction, input, output, or messages, or conversations");
        if (texts != 0)
            return RowShape.Alpaca;
        return chat == 0 ? null : ShapeOf(chat);
    }

    private RowShape? Detected() => FirstAnswer != 0 ? ShapeOf(FirstAnswer) : ShapeOf(_seen);

    private static RowShape? ShapeOf(uint columns)
    {
        if ((columns & Bit(RowColumn.Messages)) != 0)
            return RowShape.Messages;
        if ((columns & Bit(RowColumn.Conversations)) != 0)
            return RowShape.ShareGpt;
        return (columns & Bit(RowColumn.Output)) != 0 ? RowShape.Alpaca : null;
    }

    private string Listed() => _found.Count == 0 ? "none" : string.Join(", ", _found.Select(Quoted.Short));

    private static string? Decode(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
