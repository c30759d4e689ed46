namespace Miwv.Data;

/// <summary>
/// Which column of the file holds what. Columns that are not named keep their usual names: id, instruction, input, output,
/// system, history, messages, conversations. A column named for one purpose serves no other.
/// </summary>
public sealed class ColumnMap
{
    internal static readonly RowColumn[] All = Enum.GetValues<RowColumn>();

    private readonly string?[] _names;
    private readonly bool[] _named;

    private ColumnMap(string?[] names, bool[] named)
    {
        _names = names;
        _named = named;
    }

    /// <summary>The usual names.</summary>
    public static ColumnMap Default { get; } = new([.. All.Select(Word)], new bool[All.Length]);

    /// <summary>Reads <c>instruction=prompt,input=context,output=response</c>.</summary>
    /// <exception cref="UserException">Not of that form, an unknown name on the left, or a name used twice.</exception>
    public static ColumnMap Parse(string text)
    {
        string?[] names = [.. All.Select(Word)];
        bool[] named = new bool[All.Length];
        foreach (string pair in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string purpose = equals < 0 ? pair : pair[..equals].TrimEnd();
            string name = equals < 0 ? "" : pair[(equals + 1)..].TrimStart();
            if (name.Length == 0)
                throw new UserException($"--columns {text}: \"{pair}\" is not of the form instruction=COLUMN");
            int column = Array.FindIndex(All, c => Word(c) == purpose);
            if (column < 0)
                throw new UserException($"--columns {text}: \"{purpose}\" is none of {string.Join(", ", All.Select(Word))}");
            if (named[column])
                throw new UserException($"--columns {text}: {purpose} is given twice");
            names[column] = name;
            named[column] = true;
        }
        foreach (RowColumn column in All)
        {
            int other = Array.FindIndex(All, c => c != column && named[(int)c] && names[(int)c] == names[(int)column]);
            if (other >= 0 && named[(int)column])
                throw new UserException($"--columns {text}: the column \"{names[(int)column]}\" is given twice");
            if (other >= 0)
                names[(int)column] = null;
        }
        return new ColumnMap(names, named);
    }

    /// <summary>The settings as <c>--columns</c> takes them; empty for the usual names.</summary>
    public override string ToString() =>
        string.Join(',', All.Where(IsNamed).Select(column => $"{Word(column)}={Name(column)}"));

    /// <summary>The file's name of a column, null if its usual name was given to another purpose.</summary>
    internal string? Name(RowColumn column) => _names[(int)column];

    /// <summary>True if the user named the column.</summary>
    internal bool IsNamed(RowColumn column) => _named[(int)column];

    /// <summary>The word for the column on the command line.</summary>
    internal static string Word(RowColumn column) => column.ToString().ToLowerInvariant();
}
