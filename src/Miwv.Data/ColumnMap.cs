namespace Miwv.Data;

/// <summary>
/// Which column of the file holds what. Columns that are not named keep their usual names: id, instruction, input, output,
/// system, history, messages, conversations. A column named for one purpose serves no other.
/// </summary>
public sealed class ColumnMap
{
    internal static readonly RowColumn[] All = Enum.GetValues<RowColumn>();

    /// <summary>What stands for "the file's column of this name is not read".</summary>
    internal const string None = "-";

    // LLaMA-Factory's and axolotl's words for the same
    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["prompt"] = "instruction", ["query"] = "input", ["response"] = "output",
        ["field_instruction"] = "instruction", ["field_input"] = "input", ["field_output"] = "output",
        ["field_system"] = "system", ["field_messages"] = "messages",
        ["role"] = "role_tag", ["content"] = "content_tag",
        ["message_field_role"] = "role_tag", ["message_field_content"] = "content_tag",
        ["message_property_mappings.role"] = "role_tag", ["message_property_mappings.content"] = "content_tag",
        ["roles.user"] = "user_tag", ["roles.assistant"] = "assistant_tag", ["roles.system"] = "system_tag", ["roles.tool"] = "observation_tag",
    };

    private readonly string?[] _names;
    private readonly bool[] _given;

    private ColumnMap(string?[] names, bool[] given, TurnNames turns)
    {
        _names = names;
        _given = given;
        Turns = turns;
    }

    /// <summary>The usual names.</summary>
    public static ColumnMap Default { get; } = new([.. All.Select(Word)], new bool[All.Length], TurnNames.Default);

    /// <summary>How the turns of conversations are spelled.</summary>
    internal TurnNames Turns { get; }

    /// <summary>Reads <c>instruction=prompt,input=context,output=response</c>; <c>system=-</c> says that no column is the system text.</summary>
    /// <exception cref="UserException">Not of that form, an unknown name on the left, or a name used twice.</exception>
    public static ColumnMap Parse(string text)
    {
        var pairs = new List<(string, string)>();
        foreach (string pair in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string purpose = equals < 0 ? pair : pair[..equals].TrimEnd();
            string name = equals < 0 ? "" : pair[(equals + 1)..].TrimStart();
            if (name.Length == 0)
                throw new UserException($"--columns {text}: \"{pair}\" is not of the form instruction=COLUMN");
            pairs.Add((purpose, name));
        }
        return Of($"--columns {text}", pairs);
    }

    /// <summary>The settings as <c>--columns</c> takes them; empty for the usual names.</summary>
    public override string ToString() =>
        string.Join(',', All.Where(column => _given[(int)column]).Select(column => $"{Word(column)}={Name(column) ?? None}").Concat(Turns.Settings()));

    /// <summary>The settings with more columns, as <c>--columns</c> takes them; what was given stays, usual names are left out.</summary>
    internal string With(IReadOnlyDictionary<RowColumn, string> more) =>
        string.Join(',', All.Where(column => _given[(int)column] || (more.TryGetValue(column, out string? name) && name != Word(column)))
            .Select(column => $"{Word(column)}={(_given[(int)column] ? Name(column) ?? None : more[column])}").Concat(Turns.Settings()));

    /// <param name="where">Begins the message about what is wrong.</param>
    /// <exception cref="UserException">An unknown purpose, or a name used twice.</exception>
    internal static ColumnMap Of(string where, IEnumerable<(string Purpose, string Name)> pairs)
    {
        string?[] names = [.. All.Select(Word)];
        bool[] given = new bool[All.Length];
        TurnNames turns = TurnNames.Default;
        foreach ((string purpose, string name) in pairs)
        {
            string word = Synonyms.GetValueOrDefault(purpose, purpose);
            int column = Array.FindIndex(All, c => Word(c) == word), turn = Array.IndexOf(TurnNames.Words, word);
            if (column < 0 && turn < 0)
                throw new UserException($"{where}: \"{purpose}\" is none of {string.Join(", ", All.Select(Word).Concat(TurnNames.Words))}");
            if (turn >= 0 ? turns.IsNamed(turn) : given[column])
                throw new UserException($"{where}: {word} is given twice");
            if (turn >= 0)
            {
                turns = turns.With(turn, name);
                continue;
            }
            names[column] = name == None ? null : name;
            given[column] = true;
        }
        foreach (RowColumn column in All)
        {
            int other = Array.FindIndex(All, c => c != column && given[(int)c] && names[(int)c] is { } name && name == names[(int)column]);
            if (other >= 0 && given[(int)column])
                throw new UserException($"{where}: the column \"{names[(int)column]}\" is given twice");
            if (other >= 0)
                names[(int)column] = null;
        }
        return new ColumnMap(names, given, turns);
    }

    /// <summary>The file's name of a column, null if its usual name was given to another purpose or no column is to be read for it.</summary>
    internal string? Name(RowColumn column) => _names[(int)column];

    /// <summary>True if the user named the column.</summary>
    internal bool IsNamed(RowColumn column) => _given[(int)column] && _names[(int)column] is not null;

    /// <summary>The word for the column on the command line.</summary>
    internal static string Word(RowColumn column) => column.ToString().ToLowerInvariant();
}
