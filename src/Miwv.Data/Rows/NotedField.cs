using System.Text.Json;

namespace Miwv.Data;

/// <summary>Reads fields that are not scored, for what is to be said about them.</summary>
internal static class NotedField
{
    /// <summary>Reads a field of a turn beside its speaker and text.</summary>
    public static RowNotes OfTurn(string name, ref Utf8JsonReader reader)
    {
        JsonTokenType type = reader.TokenType;
        RowNotes note = name switch
        {
            "tool_calls" or "function_call" when !IsEmpty(reader) => RowNotes.ToolCalls,
            "reasoning_content" or "reasoning" or "thinking" when !IsEmpty(reader) => RowNotes.Reasoning,
            // OpenAI's, LLaMA-Factory's, axolotl's and ms-swift's words for the same
            "weight" or "loss_weight" or "loss_scale" or "train" or "training" or "loss" when IsZero(ref reader) => RowNotes.Masked,
            "mask" or "masked" when type == JsonTokenType.True => RowNotes.Masked,
            _ => RowNotes.None,
        };
        reader.Skip();
        return note;
    }

    /// <summary>Reads a column without a meaning.</summary>
    public static RowNotes OfRow(string name, ref Utf8JsonReader reader)
    {
        RowNotes note = name is "tools" or "functions" && !IsEmpty(reader) ? RowNotes.Tools : RowNotes.None;
        reader.Skip();
        return note;
    }

    private static bool IsZero(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.False || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value) && value == 0);

    // by value: the reader of the caller stays where it is
    private static bool IsEmpty(Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                // The bytes as they stand: decoding fails at half of a surrogate pair.
                return reader.ValueSpan.IsEmpty || reader.ValueSpan.SequenceEqual("[]"u8);
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                reader.Read();
                return reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject;
            default:
                return reader.TokenType == JsonTokenType.Null;
        }
    }
}
