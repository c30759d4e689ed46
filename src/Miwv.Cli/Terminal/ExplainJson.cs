using System.Text.Json;
using Miwv.Engine.Explain;
using Miwv.Engine.Results;
using Miwv.Metrics;

namespace Miwv.Cli.Terminal;

/// <summary>A row's explanation as JSON on stdout; numbers that do not exist are null.</summary>
internal static class ExplainJson
{
    public static void Write(StoredRun run, int row, string reason, AnswerTokens? tokens)
    {
        var score = run.Scores[row];
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WritePropertyName("id");
            score.Id.WriteTo(json);
            json.WriteString("status", score.Status);
            json.WriteString("reason", reason);
            json.WriteNumber("line", run.Rows.Line(row));
            json.WriteStartObject("metrics");
            foreach (string metric in run.MetricNames)
            {
                var (rank, of) = run.RankOf(row, metric);
                json.WriteStartObject(metric);
                if (rank > 0) json.WriteNumber("value", score.Value(metric));
                else json.WriteNull("value");
                if (rank > 0) json.WriteNumber("rank", rank);
                else json.WriteNull("rank");
                json.WriteNumber("ranked", of);
                if (rank > 0) json.WriteNumber("percentile", Math.Round(ExplainText.Percentile(rank, of), 3));
                else json.WriteNull("percentile");
                json.WriteString("best", StoredColumns.BetterOf(metric) == Better.Low ? "low" : "high");
                json.WriteEndObject();
            }
            json.WriteEndObject();
            Texts(json, run, row);
            if (run.NeighborOf(row) is >= 0 and var neighbor)
            {
                json.WriteStartObject("neighbor");
                json.WritePropertyName("id");
                run.Rows.Id(neighbor).WriteTo(json);
                json.WriteNumber("cosine", score.Cosine);
                json.WriteBoolean("cut", score.DemonstrationCut);
                Texts(json, run, neighbor);
                json.WriteEndObject();
            }
            if (tokens is not null) Tokens(json, tokens);
            json.WriteEndObject();
        }
        stdout.WriteByte((byte)'\n');
    }

    private static void Texts(Utf8JsonWriter json, StoredRun run, int row)
    {
        var texts = run.Rows.Read(row);
        json.WriteString("prompt", texts.EmbeddingText);
        json.WriteString("answer", texts.Output);
    }

    private static void Tokens(Utf8JsonWriter json, AnswerTokens tokens)
    {
        if (tokens.Turns.Count > 1)
        {
            json.WriteStartArray("turns");
            foreach (var (turn, count) in tokens.Turns)
            {
                json.WriteStartObject();
                json.WriteNumber("turn", turn);
                json.WriteNumber("tokens", count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartArray("tokens");
        for (int i = 0; i < tokens.Texts.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("text", tokens.Texts[i]);
            json.WriteNumber("zero_logprob", tokens.ZeroShot[i]);
            json.WriteNumber("one_logprob", tokens.OneShot[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
