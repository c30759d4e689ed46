using System.Text.Json;
using Miwv.Data;

namespace Miwv.Engine.Results;

/// <summary>The tags that rows bring along (InsTag), as numbers that are the same for the same tag.</summary>
internal sealed class RowTags(RowFile rows, string field)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A row's tags: an array of texts, or one text with commas between them; none if the row lacks the field.</summary>
    /// <exception cref="UserException">The field is something else.</exception>
    public int[] Of(int row)
    {
        try
        {
            return [.. Names(row).Select(Number).Distinct()];
        }
        catch (InvalidOperationException)
        {
            throw new UserException($"{rows.Path}:{rows.Line(row)}: --tags {field}: a name or a tag of the row has half of a surrogate pair, which is no text");
        }
    }

    private string[] Names(int row)
    {
        using var document = JsonDocument.Parse(rows.RawJson(row).ToArray());
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(field, out var tags)) return [];
        return tags.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.String => tags.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            JsonValueKind.Array when tags.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.String) => [.. tags.EnumerateArray().Select(tag => tag.GetString()!.Trim())],
            _ => throw new UserException($"{rows.Path}:{rows.Line(row)}: --tags {field}: is neither a list of texts nor a text with commas"),
        };
    }

    private int Number(string tag) => numbers.TryGetValue(tag, out int number) ? number : numbers[tag] = numbers.Count;
}
