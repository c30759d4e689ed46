using System.Text;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Reads the turns of a conversation. Each method returns null, or what is wrong with the column.</summary>
internal static class ConversationReader
{
    /// <summary>Alpaca's history: a list of [question, answer] pairs; null is none.</summary>
    public static string? History(ref Utf8JsonReader reader, List<Turn> turns)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        string? error = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            error = $"is {JsonText.Kind(reader.TokenType)}, not a list of [question, answer] pairs";
            reader.Skip();
            return error;
        }
        for (int pair = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; pair++)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                error ??= $"has {JsonText.Kind(reader.TokenType)} as pair {pair}, not [question, answer]";
                reader.Skip();
                continue;
            }
            int sides = 0;
            for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; sides++)
            {
                if (JsonText.Read(ref reader, out string text) is { } wrong)
                    error ??= $"pair {pair}: a side {wrong}";
                turns.Add(new Turn(sides == 0 ? TurnRole.User : TurnRole.Assistant, text));
            }
            if (sides != 2)
                error ??= $"has {sides} sides in pair {pair}, not [question, answer]";
        }
        return error;
    }

    /// <summary>A list of turns; null is none.</summary>
    /// <param name="notes">Gets what the turns hold beside speaker and text.</param>
    public static string? Turns(ref Utf8JsonReader reader, RowShape shape, TurnNames names, List<Turn> turns, ref RowNotes notes)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        string? error = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            error = $"is {JsonText.Kind(reader.TokenType)}, not a list of turns";
            reader.Skip();
            return error;
        }
        for (int number = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; number++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                error ??= $"turn {number} is {JsonText.Kind(reader.TokenType)}, not an object";
                reader.Skip();
            }
            else if (ReadTurn(ref reader, shape, names, out Turn turn, ref notes) is { } wrong)
            {
                error ??= $"turn {number}: {wrong}";
            }
            else
            {
                turns.Add(turn);
            }
        }
        return error;
    }

    // Both spellings are read whatever the shape (many files mix them); the shape's own goes first. A field that was named is the only one.
    private static string? ReadTurn(ref Utf8JsonReader reader, RowShape shape, TurnNames names, out Turn turn, ref RowNotes notes)
    {
        RowNotes beside = RowNotes.None;
        Field role = default, from = default, content = default, value = default, namedRole = default, namedContent = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = JsonText.TryGet(ref reader, out string decoded) ? decoded : "";
            reader.Read();
            if (name == names.RoleField)
            {
                namedRole = Field.Read(ref reader, name);
                continue;
            }
            if (name == names.ContentField)
            {
                namedContent = Content(ref reader, name);
                continue;
            }
            switch (name)
            {
                case "role":
                    role = Field.Read(ref reader, "role");
                    break;
                case "from":
                    from = Field.Read(ref reader, "from");
                    break;
                case "content":
                    content = Content(ref reader, name);
                    break;
                case "value":
                    value = Field.Read(ref reader, "value");
                    break;
                default:
                    beside |= NotedField.OfTurn(name, ref reader);
                    break;
            }
        }
        bool openAi = shape == RowShape.Messages;
        Field who = names.RoleField is not null ? namedRole : openAi ? role.Or(from) : from.Or(role);
        Field text = names.ContentField is not null ? namedContent : openAi ? content.Or(value) : value.Or(content);
        turn = default;
        if ((who.Error ?? text.Error) is { } error)
            return error;
        if (!who.IsPresent)
            return $"has no \"{names.RoleField ?? (openAi ? "role" : "from")}\"";
        if (names.SpeakerOf(who.Text) is not var (known, isTool))
            return $"unknown role \"{Quoted.Short(who.Text)}\"";
        turn = new Turn(known, text.Text ?? "", isTool);
        // Only the assistant's turns are scored, so only of them it matters.
        if (known == TurnRole.Assistant)
            notes |= beside;
        return null;
    }

    private static Field Content(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return Field.Read(ref reader, field);
        var text = new StringBuilder();
        string? error = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                error ??= $"a part of \"{field}\" is {JsonText.Kind(reader.TokenType)}, not an object";
                reader.Skip();
                continue;
            }
            Field type = default, inText = default, inValue = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = JsonText.TryGet(ref reader, out string decoded) ? decoded : "";
                reader.Read();
                if (name == "type")
                    type = Field.Read(ref reader, "type");
                else if (name == "text")
                    inText = Field.Read(ref reader, "text");
                else if (name == "value")
                    inValue = Field.Read(ref reader, "value");
                else
                    reader.Skip();
            }
            Field part = inText.Or(inValue);
            error ??= type.Error;
            if (type.Text is not "text")
                error ??= $"a part of \"{field}\" is of type \"{Quoted.Short(type.Text ?? "")}\"; only text can be scored";
            error ??= part.Error;
            text.Append(part.Text);
        }
        return new Field(true, text.ToString(), error);
    }

    private readonly record struct Field(bool IsPresent, string Text, string? Error)
    {
        public static Field Read(ref Utf8JsonReader reader, string name)
        {
            bool present = reader.TokenType != JsonTokenType.Null;
            string? wrong = JsonText.Read(ref reader, out string text);
            return new Field(present, text, wrong is null ? null : $"\"{name}\" {wrong}");
        }

        public Field Or(Field other) => IsPresent ? this : other;
    }
}
