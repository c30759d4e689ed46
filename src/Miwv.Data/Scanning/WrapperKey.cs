using System.Buffers;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Recognises a file that is one object with the rows in a list under some key.</summary>
internal static class WrapperKey
{
    // A list of objects under these names is the turns of one row.
    private static readonly string[] Turns = ["messages", "conversations", "history", "conversation", "dialog", "dialogue", "chat", "prompt", "completion", "chosen", "rejected"];

    private const int LongestKey = 60;

    /// <summary>The first key at the top whose value is a list of objects; null if there is none in these bytes.</summary>
    public static string? Find(ReadOnlySequence<byte> start)
    {
        var reader = new Utf8JsonReader(start, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 }));
        string? key = null;
        bool inList = false;
        try
        {
            while (reader.Read())
            {
                bool opensList = reader is { CurrentDepth: 1, TokenType: JsonTokenType.StartArray };
                if (inList && reader.TokenType == JsonTokenType.StartObject && key is not null && !Turns.Contains(key, StringComparer.OrdinalIgnoreCase))
                    return key;
                if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
                    key = JsonText.TryGet(ref reader, out string name) ? name : null;
                inList = opensList;
            }
        }
        catch (JsonException)
        {
            // Broken JSON is reported by the scan, with its line.
        }
        return null;
    }

    public static UserException Error(string path, string key) =>
        new($"{path}: the rows are inside the key \"{Quoted.Short(key)}\" of one object; save that list by itself{Command(path, key)}");

    // The key is the file's, and somebody will paste the line into a shell: only a key that cannot be more than a name stands in it.
    private static string Command(string path, string key) =>
        key.Length <= LongestKey && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ' ') ? $" (jq '.[\"{key}\"]' {Shell(path)} > rows.json)" : "";

    private static string Shell(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
