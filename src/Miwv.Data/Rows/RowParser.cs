using System.Text.Json;

namespace Miwv.Data;

/// <summary>Turns the JSON text of one row into a <see cref="Row"/>. Stateless after construction.</summary>
internal sealed class RowParser(RowShape shape, RowFileOptions options)
{
    private static readonly JsonReaderOptions Json = new() { MaxDepth = RowProbe.MaxDepth + 2 };
    private readonly string?[] _names = [.. ColumnMap.All.Select(options.Columns.Name)];

    public RowShape Shape => shape;

    public ColumnMap Columns => options.Columns;

    public Row Parse(ReadOnlySpan<byte> json, int index, RowId id)
    {
        if (json[0] != '{')
            return Failed(index, id, $"the row is {Kind(json)}, not an object");
        var reader = new Utf8JsonReader(json, Json);
        reader.Read();
        var texts = new string?[ColumnMap.All.Length];
        var errors = new string?[ColumnMap.All.Length];
        List<Turn> turns = [];
        RowNotes notes = RowNotes.None;
        uint seen = 0, filled = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int column = JsonText.TryGet(ref reader, out string name) ? Array.IndexOf(_names, name) : -1;
            reader.Read();
            if (column >= 0)
            {
                seen |= 1u << column;
                filled |= reader.TokenType == JsonTokenType.Null ? 0 : 1u << column;
            }
            // The last of two equal keys wins, so it also takes back the error of the first.
            if (column < 0)
                notes |= NotedField.OfRow(name, ref reader);
            else if (!Wants((RowColumn)column))
                reader.Skip();
            else if ((RowColumn)column is RowColumn.Id)
                errors[column] = IdError(ref reader);
            else if ((RowColumn)column is RowColumn.History)
                errors[column] = ConversationReader.History(ref reader, turns = []);
            else if ((RowColumn)column is RowColumn.Messages or RowColumn.Conversations)
                errors[column] = ConversationReader.Turns(ref reader, shape, options.Columns.Turns, turns = [], ref notes);
            else
                errors[column] = JsonText.Read(ref reader, out texts[column]!);
        }
        int wrong = Array.FindIndex(errors, error => error is not null);
        if (wrong >= 0)
            return Failed(index, id, $"\"{_names[wrong]}\" {errors[wrong]}");
        notes |= Gap(seen, filled);
        if (shape == RowShape.Alpaca)
            return Alpaca(index, id, texts, turns) with { Notes = notes };
        if (texts[(int)RowColumn.System] is { } system)
            turns.Insert(0, new Turn(TurnRole.System, system));
        return Conversation(index, id, turns) with { Notes = notes };
    }

    private RowNotes Gap(uint seen, uint filled)
    {
        uint own = ColumnWatch.Bit(ColumnWatch.Answer(shape));
        if ((filled & own) != 0)
            return RowNotes.None;
        if ((filled & ColumnWatch.AnswerBits) != 0)
            return RowNotes.OtherShape;
        return (seen & own) == 0 ? RowNotes.NoAnswer : RowNotes.None;
    }

    private bool Wants(RowColumn column) => column switch
    {
        RowColumn.Id => options.Ids == IdSource.Own,
        // Conversations have it beside their turns too (LLaMA-Factory, Anthropic).
        RowColumn.System => true,
        RowColumn.Messages => shape == RowShape.Messages,
        RowColumn.Conversations => shape == RowShape.ShareGpt,
        _ => shape == RowShape.Alpaca,
    };

    private static Row Alpaca(int index, RowId id, string?[] texts, List<Turn> history)
    {
        string Text(RowColumn column) => texts[(int)column] ?? "";
        string system = Text(RowColumn.System);
        return new Row(index, id, Text(RowColumn.Instruction), Text(RowColumn.Input), Text(RowColumn.Output), system.Length == 0 ? null : system, history, null);
    }

    private static Row Conversation(int index, RowId id, List<Turn> turns)
    {
        int answer = turns.FindLastIndex(turn => turn.Role == TurnRole.Assistant);
        List<Turn> prompt = answer < 0 ? turns : turns.GetRange(0, answer);
        string output = answer < 0 ? "" : turns[answer].Text;
        string system = string.Join('\n', prompt.Where(turn => turn.Role == TurnRole.System && turn.Text.Length > 0).Select(turn => turn.Text));
        prompt = prompt.FindAll(turn => turn.Role != TurnRole.System);
        string instruction = "";
        if (prompt is [.., { Role: TurnRole.User } last])
        {
            instruction = last.Text;
            prompt.RemoveAt(prompt.Count - 1);
        }
        return new Row(index, id, instruction, "", output, system.Length == 0 ? null : system, prompt, null);
    }

    private static Row Failed(int index, RowId id, string error) => new(index, id, "", "", "", null, [], error);

    private static string? IdError(ref Utf8JsonReader reader)
    {
        JsonTokenType type = reader.TokenType;
        if (RowIdReader.TryRead(ref reader, out _))
            return null;
        reader.Skip();
        return type switch
        {
            JsonTokenType.String => "has half of a surrogate pair (an escape \\ud800 to \\udfff that stands alone)",
            JsonTokenType.Number => "is a number that is not an integer",
            _ => $"is {JsonText.Kind(type)}, not text or an integer",
        };
    }

    private static string Kind(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Json);
        reader.Read();
        return JsonText.Kind(reader.TokenType);
    }
}
