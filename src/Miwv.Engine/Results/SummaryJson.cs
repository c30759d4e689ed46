using System.Text.Json;
using Miwv.Engine.Runs;

namespace Miwv.Engine.Results;

/// <summary>The summary as JSON: summary.json and --json.</summary>
public static class SummaryJson
{
    public static JsonSerializerOptions Options { get; } = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static void Write(string path, RunSummary summary) => AtomicFile.Write(path, stream =>
    {
        JsonSerializer.Serialize(stream, summary, Options);
        stream.WriteByte((byte)'\n');
    });
}
