using System.Text;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Reads the value of an id column.</summary>
internal static class RowIdReader
{
    /// <summary>
    /// Reads the value the reader is at. True with an id for a string or an integer, true without one for null;
    /// false for anything else.
    /// </summary>
    public static bool TryRead(ref Utf8JsonReader reader, out RowId? id)
    {
        id = null;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String when JsonText.TryGet(ref reader, out string text):
                id = RowId.FromString(text);
                return true;
            case JsonTokenType.Number:
                // The digits themselves: no number type holds every integer a file can contain.
                string digits = reader.HasValueSequence
                    ? Encoding.ASCII.GetString(reader.ValueSequence)
                    : Encoding.ASCII.GetString(reader.ValueSpan);
                if (!RowId.IsInteger(digits))
                    return false;
                id = RowId.FromInteger(digits);
                return true;
            default:
                return false;
        }
    }
}
