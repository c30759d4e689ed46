using System.Text.Json;
using Miwv.Engine.Runs;
using Miwv.Retrieval;

namespace Miwv.Engine.Stages;

/// <summary>neighbors.json: how the neighbours were found, and the recall of an index on a sample.</summary>
internal static class NeighborSearchFile
{
    public static void Write(string path, NeighborSearchResult result) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("method", result.Method.ToString().ToLowerInvariant());
        json.WriteString("reason", result.Reason);
        json.WriteNumber("k", result.Graph.K);
        if (result.Recall is { SampledRows: > 0 } recall)
        {
            json.WriteNumber("recall_at_1", recall.At1);
            json.WriteNumber("recall_at_k", recall.AtK);
            json.WriteNumber("sampled_rows", recall.SampledRows);
        }
        json.WriteNumber("index_seconds", Math.Round(result.IndexSeconds, 3));
        json.WriteNumber("search_seconds", Math.Round(result.SearchSeconds, 3));
        json.WriteEndObject();
    });
}
