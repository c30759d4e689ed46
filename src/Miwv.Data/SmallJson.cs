using System.Text.Json;

namespace Miwv.Data;

/// <summary>Whole JSON documents that people write: settings, templates, lists of data sets.</summary>
public static class SmallJson
{
    /// <summary>Parses a document of which every name and text can be decoded, which JSON alone does not promise.</summary>
    /// <param name="utf8">A byte order mark is passed over.</param>
    /// <exception cref="JsonException">Not JSON, or a text that is not UTF-8 or has half of a surrogate pair; with its line.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonCommentHandling comments = JsonCommentHandling.Disallow, bool trailingCommas = false)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { CommentHandling = comments, AllowTrailingCommas = trailingCommas });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String) || JsonText.TryGet(ref reader, out _)) continue;
            int line = utf8.Span[..(int)reader.TokenStartIndex].Count((byte)'\n');
            throw new JsonException("a text that cannot be decoded", null, line, null);
        }
        return JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = comments, AllowTrailingCommas = trailingCommas });
    }
}
