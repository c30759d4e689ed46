using System.Text.Json;

namespace Miwv.Data;

/// <summary>Reads JSON values that should be text.</summary>
internal static class JsonText
{
    /// <summary>Decodes the string the reader is at. False if it has half of a surrogate pair, which no UTF-8 text can hold.</summary>
    public static bool TryGet(ref Utf8JsonReader reader, out string text)
    {
        try
        {
            text = reader.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>The name of a field; null if it has half of a surrogate pair.</summary>
    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The last field of a name, as the rows are read; unlike the platform's look-up it passes over names with half of a surrogate pair.</summary>
    public static bool TryGet(JsonElement row, string name, out JsonElement value)
    {
        value = default;
        foreach (JsonProperty property in row.EnumerateObject())
            if (NameOf(property) == name) value = property.Value;
        return value.ValueKind != JsonValueKind.Undefined;
    }

    /// <summary>
    /// Reads a text field; null is the empty string. Returns null, or what is wrong with the value; a list or object is skipped.
    /// </summary>
    public static string? Read(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return TryGet(ref reader, out text) ? null : "has half of a surrogate pair (an escape \\ud800 to \\udfff that stands alone)";
            default:
                string kind = Kind(reader.TokenType);
                reader.Skip();
                return $"is {kind}, not text";
        }
    }

    /// <summary>What people call a JSON value of this type.</summary>
    public static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "text",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        _ => "null",
    };
}
