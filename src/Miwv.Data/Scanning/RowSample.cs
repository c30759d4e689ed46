using System.Text.Json;

namespace Miwv.Data;

/// <summary>The first rows of a file, looked at for advice.</summary>
internal sealed class RowSample(RowFile rows)
{
    private const int RowsToRead = 20;

    private readonly Lazy<IReadOnlyList<JsonElement>> _objects = new(() => [.. Objects(rows)]);

    /// <summary>The file they are from.</summary>
    public string Path => rows.Path;

    /// <summary>The first value of a column that is not null; undefined if there is none.</summary>
    public JsonElement Value(string column)
    {
        foreach (JsonElement row in _objects.Value)
            if (JsonText.TryGet(row, column, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                return value;
        return default;
    }

    /// <summary>True if the column holds text, as far as is known.</summary>
    public bool IsText(string column) => Value(column).ValueKind is JsonValueKind.String or JsonValueKind.Undefined;

    /// <summary>True if the column holds a list of texts.</summary>
    public bool IsTexts(string column) => IsList(column, out JsonElement list) && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    /// <summary>Fields of the first turn, if the column holds a list of objects.</summary>
    public IReadOnlyList<string>? TurnFields(string column) => IsList(column, out JsonElement list) && list[0].ValueKind == JsonValueKind.Object
        ? [.. list[0].EnumerateObject().Select(JsonText.NameOf).OfType<string>()]
        : null;

    /// <summary>True if the column holds turns of which the usual fields say who speaks.</summary>
    public bool IsTurns(string column) => TurnFields(column) is { } fields && (fields.Contains("role") || fields.Contains("from"));

    /// <summary>True if the column's turns begin with the assistant's, so that what it answers is elsewhere.</summary>
    public bool IsAnswerOnly(string column) =>
        IsList(column, out JsonElement list) && list[0].ValueKind == JsonValueKind.Object
        && (JsonText.TryGet(list[0], "role", out JsonElement speaker) || JsonText.TryGet(list[0], "from", out speaker))
        && speaker.ValueKind == JsonValueKind.String && (speaker.ValueEquals("assistant") || speaker.ValueEquals("gpt"));

    private bool IsList(string column, out JsonElement list)
    {
        list = Value(column);
        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;
    }

    private static IEnumerable<JsonElement> Objects(RowFile rows)
    {
        for (int i = 0; i < Math.Min(rows.Count, RowsToRead); i++)
        {
            using var row = JsonDocument.Parse(rows.RawJson(i).ToArray(), new JsonDocumentOptions { MaxDepth = RowProbe.MaxDepth + 2 });
            if (row.RootElement.ValueKind == JsonValueKind.Object)
                yield return row.RootElement.Clone();
        }
    }
}
