using System.Text;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Where in the text of a JSON object a value has to go, so that nothing else of the text changes.</summary>
internal static class EntryEdit
{
    /// <summary>The bytes [start, end) to replace, and what by.</summary>
    /// <exception cref="UserException">The text is not a JSON object.</exception>
    public static (int Start, int End, string Text) Of(string path, ReadOnlySpan<byte> json, string name, string entry)
    {
        // a byte order mark is kept, but the reader knows none
        int skipped = json.StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            var reader = new Utf8JsonReader(json[skipped..]);
            int start = -1, end = -1, lastEnd = -1, close = -1;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new UserException($"{path}: is not a JSON object of data set entries; nothing was written to it");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool same = reader.ValueTextEquals(name);
                reader.Read();
                int from = (int)reader.TokenStartIndex;
                reader.Skip();
                lastEnd = (int)reader.BytesConsumed;
                // of two entries with one name the last is the one that is read
                if (same) (start, end) = (from, lastEnd);
            }
            close = (int)reader.TokenStartIndex;
            if (reader.Read()) throw new UserException($"{path}: has more behind its JSON object; nothing was written to it");
            if (start >= 0) return (start + skipped, end + skipped, entry);
            string added = $"{JsonEncodedText.Encode(name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}";
            string line = $"\n  \"{added}\": {entry}";
            return lastEnd < 0 ? (close + skipped, close + skipped, line + "\n") : (lastEnd + skipped, lastEnd + skipped, "," + line);
        }
        catch (JsonException e)
        {
            throw new UserException($"{path}:{e.LineNumber + 1}: is not JSON; nothing was written to it", e);
        }
    }
}
