using System.Text.Json;

namespace Miwv.Data;

/// <summary>
/// What a trainer will find in a file of rows that was written: its columns, the spellings of its turns, and rows that LLaMA-Factory
/// passes over (turns have to alternate, user or tool result first, answer or tool call last).
/// </summary>
public sealed class WrittenRows
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = RowProbe.MaxDepth + 2 };

    // the speakers of a turn as TurnNames orders them: user, assistant, tool result, tool call, system
    private readonly string?[] _speakers = new string?[5];
    private readonly HashSet<string> _columns = [];

    private WrittenRows(string path, RowShape shape, ColumnMap map) => (Path, Shape, Map) = (path, shape, map);

    public string Path { get; }
    public RowShape Shape { get; }

    /// <summary>Rows that LLaMA-Factory leaves out of the training, and the first of them.</summary>
    public int Skipped { get; private set; }
    public RowId FirstSkipped { get; private set; }

    internal ColumnMap Map { get; }

    /// <summary>The fields of the turns.</summary>
    internal string RoleField { get; private set; } = "from";
    internal string ContentField { get; private set; } = "value";

    /// <summary>True if the texts of turns are lists of parts, which LLaMA-Factory does not read.</summary>
    internal bool HasParts { get; private set; }

    /// <summary>What each kind of speaker is called, null where none speaks.</summary>
    internal string? Speaker(TurnRole role, bool isTool) => _speakers[Place(role, isTool)];

    /// <summary>The file's name of a column, null if no row has it.</summary>
    internal string? Column(RowColumn column) => Map.Name(column) is { } name && _columns.Contains(name) ? name : null;

    /// <summary>The same for a column that the rows must have, though it be null in all of them.</summary>
    internal string Required(RowColumn column) => Map.Name(column)!;

    internal bool Has(string column) => _columns.Contains(column);

    /// <summary>Reads a written selection.</summary>
    /// <param name="source">The file that the rows are from; a selection in its format has its names.</param>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static WrittenRows Read(string path, SelectionFormat format, RowFile source)
    {
        ColumnMap map = format == SelectionFormat.Same ? source.Columns : ColumnMap.Default;
        RowShape shape = format switch { SelectionFormat.Alpaca => RowShape.Alpaca, SelectionFormat.ShareGpt => RowShape.ShareGpt, SelectionFormat.Messages => RowShape.Messages, _ => source.Shape };
        using RowFile rows = RowFile.Open(path, new RowFileOptions { Columns = map, Shape = shape, Ids = IdSource.Position, IsPart = true });
        var written = new WrittenRows(path, rows.Shape, map);
        for (int i = 0; i < rows.Count; i++)
        {
            using var row = JsonDocument.Parse(rows.RawJson(i).ToArray(), Depth);
            foreach (JsonProperty property in row.RootElement.EnumerateObject())
                if (property.Value.ValueKind != JsonValueKind.Null && JsonText.NameOf(property) is { } name) written._columns.Add(name);
            if (rows.Shape == RowShape.Alpaca || written.IsTrainable(row.RootElement)) continue;
            if (written.Skipped++ == 0) written.FirstSkipped = rows.Id(i);
        }
        return written;
    }

    private bool IsTrainable(JsonElement row)
    {
        string column = Map.Name(Shape == RowShape.Messages ? RowColumn.Messages : RowColumn.Conversations)!;
        if (!JsonText.TryGet(row, column, out JsonElement turns) || turns.ValueKind != JsonValueKind.Array) return false;
        int place = 0, number = 0;
        foreach (JsonElement turn in turns.EnumerateArray())
        {
            if (turn.ValueKind != JsonValueKind.Object || Speak(turn) is not { } role) return false;
            if (number++ == 0 && role == TurnRole.System) continue;
            if (role != (place++ % 2 == 0 ? TurnRole.User : TurnRole.Assistant)) return false;
        }
        return place > 0 && place % 2 == 0;
    }

    // the role of a turn; null if it is spelled otherwise than the turns before
    private TurnRole? Speak(JsonElement turn)
    {
        bool openAi = Map.Turns.RoleField is null ? JsonText.TryGet(turn, "role", out _) && (Shape == RowShape.Messages || !JsonText.TryGet(turn, "from", out _)) : false;
        string roleField = Map.Turns.RoleField ?? (openAi ? "role" : "from");
        string contentField = Map.Turns.ContentField ?? (JsonText.TryGet(turn, openAi ? "content" : "value", out _) == openAi ? "content" : "value");
        if (_speakers.All(speaker => speaker is null)) (RoleField, ContentField) = (roleField, contentField);
        if (roleField != RoleField || contentField != ContentField) return null;
        if (!JsonText.TryGet(turn, roleField, out JsonElement role) || role.ValueKind != JsonValueKind.String) return null;
        if (!JsonText.TryGet(turn, contentField, out JsonElement content)) return null;
        if (content.ValueKind == JsonValueKind.Array) HasParts = true;
        string name = role.GetString()!;
        if (Map.Turns.SpeakerOf(name) is not var (who, isTool)) return null;
        return (_speakers[Place(who, isTool)] ??= name) == name ? who : null;
    }

    private static int Place(TurnRole role, bool isTool) => (role, isTool) switch
    {
        (TurnRole.User, false) => 0,
        (TurnRole.Assistant, false) => 1,
        (TurnRole.User, true) => 2,
        (TurnRole.Assistant, true) => 3,
        _ => 4,
    };
}
