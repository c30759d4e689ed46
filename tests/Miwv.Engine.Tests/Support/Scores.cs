using System.Text.Json;

namespace Miwv.Engine.Tests.Support;

/// <summary>A finished run's scores.jsonl as somebody else would read it.</summary>
internal sealed class Scores(string directory)
{
    public string Directory => directory;
    public byte[] Bytes { get; } = File.ReadAllBytes(Path.Combine(directory, "scores.jsonl"));
    public Line[] Lines { get; } = [.. File.ReadLines(Path.Combine(directory, "scores.jsonl")).Select(Line.Parse)];

    /// <summary>Ids as JSON text: "a" and 1 are written differently.</summary>
    internal sealed record Line(string Id, string Status, string? Neighbor, double? Cosine, int? Answer, double? Zero, double? One, double? Miwv, bool Cut)
    {
        public static Line Parse(string text)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement line = document.RootElement;
            double? Number(string name) => line.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.GetDouble() : null;
            JsonElement neighbor = line.GetProperty("neighbor");
            return new Line(
                line.GetProperty("id").GetRawText(), line.GetProperty("status").GetString()!, neighbor.ValueKind == JsonValueKind.Null ? null : neighbor.GetRawText(),
                Number("cosine"), (int?)Number("n_answer"), Number("zero_nll"), Number("one_nll"), Number("miwv"), line.GetProperty("demo_cut").GetBoolean());
        }
    }
}
