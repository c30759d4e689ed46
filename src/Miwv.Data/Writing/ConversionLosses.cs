namespace Miwv.Data;

/// <summary>Counts what rows lost when they were put into another format.</summary>
internal sealed class ConversionLosses(SelectionFormat format)
{
    private readonly SortedDictionary<string, int> _turnFields = new(StringComparer.Ordinal);

    /// <summary>Rows whose instruction and input became one user turn.</summary>
    public int Joined { get; set; }

    /// <summary>Rows with tool calls or results that became plain turns.</summary>
    public int PlainTools { get; set; }

    /// <summary>Rows with turns behind the last answer, which were left out.</summary>
    public int Unanswered { get; set; }

    /// <summary>Rows with a column whose name the format needs for itself.</summary>
    public int Replaced { get; set; }

    /// <summary>Notes a field of a turn beside its speaker and text.</summary>
    public void TurnField(string name) => _turnFields[name] = _turnFields.GetValueOrDefault(name) + 1;

    /// <summary>One line for each kind of loss.</summary>
    public IReadOnlyList<string> Lines()
    {
        var lines = new List<string>();
        void Add(int rows, string what)
        {
            if (rows > 0) lines.Add($"{format.ToString().ToLowerInvariant()}: {(rows == 1 ? "1 row" : $"{rows} rows")}: {what}");
        }
        Add(Joined, "instruction and input became one user turn, joined by a newline as LLaMA-Factory joins them");
        Add(PlainTools, "tool calls and results became plain questions and answers, which is all that the format has");
        Add(Unanswered, "turns behind the last answer were left out");
        Add(Replaced, "a column of the input was left out because the format uses its name");
        if (_turnFields.Count > 0)
            lines.Add($"{format.ToString().ToLowerInvariant()}: fields of turns were left out: {string.Join(", ", _turnFields.Take(8).Select(f => $"{Quoted.Short(f.Key)} ({f.Value} times)"))}");
        return lines;
    }
}
