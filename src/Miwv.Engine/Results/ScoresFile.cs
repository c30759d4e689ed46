using System.Text.Encodings.Web;
using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Runs;

namespace Miwv.Engine.Results;

/// <summary>scores.jsonl: one line a row, in row order.</summary>
internal static class ScoresFile
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, RowFile rows, ScoreTable scores) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, Options);
        for (int row = 0; row < scores.Count; row++)
        {
            json.WriteStartObject();
            json.WritePropertyName("id");
            rows.Id(row).WriteTo(json);
            json.WriteString("status", scores.StatusText(row));
            int neighbor = scores.Status[row] == RowStatus.Error ? -1 : scores.Neighbors.Neighbors(row)[0];
            json.WritePropertyName("neighbor");
            if (neighbor < 0) json.WriteNullValue();
            else rows.Id(neighbor).WriteTo(json);
            Number(json, "cosine", neighbor < 0 ? double.NaN : scores.Neighbors.Cosines(row)[0]);
            Number(json, "n_answer", scores.Status[row] == RowStatus.Error ? double.NaN : scores.AnswerTokens[row]);
            Number(json, "zero_nll", scores.ZeroShot[row]);
            Number(json, "one_nll", scores.OneShot[row]);
            Number(json, "miwv", scores.Miwv[row]);
            json.WriteBoolean("demo_cut", scores.DemonstrationCut[row]);
            foreach (var metric in scores.Metrics)
            {
                if (!metric.IsBase) Number(json, metric.Field, metric.Values[row]);
                foreach (var (name, values) in metric.Result.Details) Number(json, name, values[row]);
            }
            if (scores.Turns.TryGetValue(row, out var turns)) WriteTurns(json, row, turns, scores.Metrics);
            if (scores.Cascade is { } cascade)
            {
                json.WriteString("cascade", cascade.Roles[row].ToString().ToLowerInvariant());
                Number(json, "cascade_" + cascade.Field, cascade.SmallValues[row]);
            }
            json.WriteEndObject();
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    });

    private static void WriteTurns(Utf8JsonWriter json, int row, TurnLosses[] turns, IReadOnlyList<MetricColumn> metrics)
    {
        json.WriteStartArray("turns");
        for (int i = 0; i < turns.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("turn", turns[i].Turn);
            json.WriteNumber("n_answer", turns[i].AnswerTokens);
            Number(json, "zero_nll", turns[i].ZeroShot);
            Number(json, "one_nll", turns[i].OneShot);
            Number(json, "miwv", turns[i].OneShot - turns[i].ZeroShot);
            foreach (var metric in metrics)
                if (!metric.IsBase && metric.Result.Turns.TryGetValue(row, out double[]? own)) Number(json, metric.Field, own[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // shortest digits that read back as the same double
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
