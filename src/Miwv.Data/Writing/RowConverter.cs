using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Puts rows of any shape into another format. Columns without a meaning (ids, categories, tools) are kept as they are.</summary>
internal sealed class RowConverter(RowFile rows, SelectionFormat format)
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = RowProbe.MaxDepth + 2 };
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly string[] AlpacaNames = ["instruction", "input", "output", "system", "history"];

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly ColumnMap _columns = rows.Columns;

    public ConversionLosses Losses { get; } = new(format);

    /// <summary>The row as one JSON object, which holds the line breaks that were within its kept columns; valid until the next call.</summary>
    /// <exception cref="UserException">The row cannot be read, or the format has no place for its turns.</exception>
    public ReadOnlySpan<byte> Convert(int index)
    {
        using var document = JsonDocument.Parse(rows.RawJson(index).ToArray(), Depth);
        JsonElement row = document.RootElement;
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer, Json))
        {
            writer.WriteStartObject();
            Others(writer, row);
            if (format == SelectionFormat.Alpaca && rows.Shape == RowShape.Alpaca)
                Alpaca(writer, Text(row, RowColumn.Instruction, index), Text(row, RowColumn.Input, index), Text(row, RowColumn.Output, index), Text(row, RowColumn.System, index), History(row, index));
            else if (format == SelectionFormat.Alpaca)
                Alpaca(writer, Turns(row, index), index);
            else
                Conversation(writer, Turns(row, index));
            writer.WriteEndObject();
        }
        return _buffer.WrittenSpan;
    }

    private List<Turn> Turns(JsonElement row, int index)
    {
        var turns = new List<Turn>();
        if (Text(row, RowColumn.System, index) is { Length: > 0 } system) turns.Add(new Turn(TurnRole.System, system));
        if (rows.Shape != RowShape.Alpaca)
        {
            JsonElement list = Column(row, rows.Shape == RowShape.Messages ? RowColumn.Messages : RowColumn.Conversations);
            NoteFields(list);
            var conversation = new List<Turn>();
            RowNotes notes = RowNotes.None;
            Read(list, index, (ref Utf8JsonReader reader) => ConversationReader.Turns(ref reader, rows.Shape, _columns.Turns, conversation, ref notes));
            int answered = conversation.FindLastIndex(turn => turn.Role == TurnRole.Assistant) + 1;
            if (answered < conversation.Count) Losses.Unanswered++;
            turns.AddRange(conversation[..answered]);
            return turns;
        }
        turns.AddRange(History(row, index));
        string instruction = Text(row, RowColumn.Instruction, index), input = Text(row, RowColumn.Input, index);
        if (instruction.Length > 0 && input.Length > 0) Losses.Joined++;
        turns.Add(new Turn(TurnRole.User, instruction.Length == 0 ? input : input.Length == 0 ? instruction : instruction + "\n" + input));
        turns.Add(new Turn(TurnRole.Assistant, Text(row, RowColumn.Output, index)));
        return turns;
    }

    private List<Turn> History(JsonElement row, int index)
    {
        var turns = new List<Turn>();
        Read(Column(row, RowColumn.History), index, (ref Utf8JsonReader reader) => ConversationReader.History(ref reader, turns));
        return turns;
    }

    private void Alpaca(Utf8JsonWriter writer, List<Turn> turns, int index)
    {
        int begin = turns.TakeWhile(turn => turn.Role == TurnRole.System).Count();
        string system = string.Join('\n', turns.Take(begin).Select(turn => turn.Text));
        var rest = turns[begin..];
        for (int i = 0; i < rest.Count; i++)
            if (rest[i].Role != (i % 2 == 0 ? TurnRole.User : TurnRole.Assistant))
                throw Refused(index, $"turn {begin + i + 1} is the {rest[i].RoleName}'s; Alpaca holds pairs of question and answer only: write --format sharegpt or messages (the scores are kept)");
        if (rest.Count == 0)
            throw Refused(index, "has no answer to write");
        if (rest.Exists(turn => turn.IsTool)) Losses.PlainTools++;
        Alpaca(writer, rest[^2].Text, "", rest[^1].Text, system, rest[..^2]);
    }

    private static void Alpaca(Utf8JsonWriter writer, string instruction, string input, string output, string system, List<Turn> history)
    {
        writer.WriteString("instruction", instruction);
        writer.WriteString("input", input);
        writer.WriteString("output", output);
        if (system.Length > 0) writer.WriteString("system", system);
        if (history.Count == 0) return;
        writer.WriteStartArray("history");
        for (int i = 0; i < history.Count; i += 2)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(history[i].Text);
            writer.WriteStringValue(history[i + 1].Text);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private void Conversation(Utf8JsonWriter writer, List<Turn> turns)
    {
        bool openAi = format == SelectionFormat.Messages;
        writer.WriteStartArray(openAi ? "messages" : "conversations");
        foreach (Turn turn in turns)
        {
            writer.WriteStartObject();
            writer.WriteString(openAi ? "role" : "from", Speaker(turn, openAi));
            writer.WriteString(openAi ? "content" : "value", turn.Text);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static string Speaker(Turn turn, bool openAi) => (turn.Role, turn.IsTool) switch
    {
        (TurnRole.System, _) => "system",
        (TurnRole.User, true) => openAi ? "tool" : "observation",
        (TurnRole.User, false) => openAi ? "user" : "human",
        (TurnRole.Assistant, true) => "function_call",
        _ => openAi ? "assistant" : "gpt",
    };

    // all columns but those that are turned into the format's own
    private void Others(Utf8JsonWriter writer, JsonElement row)
    {
        string[] own = format switch { SelectionFormat.Alpaca => AlpacaNames, SelectionFormat.Messages => ["messages"], _ => ["conversations"] };
        string?[] read = [.. ColumnMap.All.Where(IsRead).Select(_columns.Name).Where(name => name is not null)];
        bool replaced = false;
        foreach (JsonProperty property in row.EnumerateObject())
        {
            string? name = JsonText.NameOf(property);
            if (read.Contains(name)) continue;
            if (name is null || own.Contains(name)) replaced = true;
            else
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
            }
        }
        if (replaced) Losses.Replaced++;
    }

    private bool IsRead(RowColumn column) => column switch
    {
        RowColumn.Id => false,
        RowColumn.System => true,
        RowColumn.Messages => rows.Shape == RowShape.Messages,
        RowColumn.Conversations => rows.Shape == RowShape.ShareGpt,
        _ => rows.Shape == RowShape.Alpaca,
    };

    private void NoteFields(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array) return;
        TurnNames names = _columns.Turns;
        foreach (JsonElement turn in list.EnumerateArray().Where(turn => turn.ValueKind == JsonValueKind.Object))
            foreach (JsonProperty field in turn.EnumerateObject())
                if (JsonText.NameOf(field) is { } name && name != names.RoleField && name != names.ContentField && name is not ("role" or "from" or "content" or "value") && field.Value.ValueKind != JsonValueKind.Null)
                    Losses.TurnField(name);
    }

    private JsonElement Column(JsonElement row, RowColumn column) =>
        _columns.Name(column) is { } name && JsonText.TryGet(row, name, out JsonElement value) ? value : default;

    private string Text(JsonElement row, RowColumn column, int index)
    {
        string text = "";
        Read(Column(row, column), index, (ref Utf8JsonReader reader) => JsonText.Read(ref reader, out text));
        return text;
    }

    private void Read(JsonElement value, int index, Reading read)
    {
        if (value.ValueKind == JsonValueKind.Undefined) return;
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(value));
        reader.Read();
        if (read(ref reader) is { } wrong) throw Refused(index, wrong);
    }

    private UserException Refused(int index, string why) => new($"{rows.Path}:{rows.Line(index)}: row {rows.Id(index)}: {why}");

    private delegate string? Reading(ref Utf8JsonReader reader);
}
