using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Cascading;

namespace Miwv.Engine.Results;

/// <summary>A line of scores.jsonl; NaN = null. Losses are mean nats per answer token.</summary>
public sealed record StoredScore(int Row, RowId Id, string Status, RowId? Neighbor, double Cosine, int AnswerTokens, double ZeroShot, double OneShot, double Miwv, bool DemonstrationCut)
{
    private static readonly string[] Base = ["cosine", "n_answer", "zero_nll", "one_nll", "miwv", "demo_cut"];

    /// <summary>The further metrics of the run, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Further { get; init; } = [];

    /// <summary>What the small model of a cascade made of the row; null in a run without one.</summary>
    public CascadeRole? Cascade { get; init; }

    /// <summary>A number of the line by its name; NaN if the row or the run does not have it.</summary>
    public double Value(string metric)
    {
        switch (metric)
        {
            case "miwv": return Miwv;
            case "zero_nll": return ZeroShot;
            case "one_nll": return OneShot;
            case "cosine": return Cosine;
        }
        foreach (var (name, value) in Further)
            if (name == metric) return value;
        return double.NaN;
    }

    /// <exception cref="UserException">The file is missing or a line is damaged; the line is named.</exception>
    public static IReadOnlyList<StoredScore> ReadAll(string path)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no scores yet; finish the run first (select or score with --run)");
        var scores = new List<StoredScore>();
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                double Number(string name) => root.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.NaN;
                scores.Add(new StoredScore(scores.Count, IdOf(root.GetProperty("id"))!.Value, root.GetProperty("status").GetString()!, IdOf(root.GetProperty("neighbor")),
                    Number("cosine"), root.GetProperty("n_answer") is { ValueKind: not JsonValueKind.Null } count ? count.GetInt32() : 0, Number("zero_nll"), Number("one_nll"), Number("miwv"), root.GetProperty("demo_cut").GetBoolean())
                {
                    Further = FurtherOf(root),
                    Cascade = root.TryGetProperty("cascade", out var role) ? Enum.Parse<CascadeRole>(role.GetString()!, ignoreCase: true) : null,
                });
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
            {
                throw new UserException($"{path}:{scores.Count + 1}: damaged; delete the file and repeat the run, it is made again from the journal", e);
            }
        }
        return scores;
    }

    private static KeyValuePair<string, double>[] FurtherOf(JsonElement root) =>
        [.. root.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Null && p.Name is not ("id" or "neighbor") && !Base.Contains(p.Name))
            .Select(p => new KeyValuePair<string, double>(p.Name, p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : double.NaN))];

    private static RowId? IdOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => RowId.FromString(element.GetString()!),
        JsonValueKind.Number => RowId.FromInteger(element.GetRawText()),
        _ => null,
    };
}
