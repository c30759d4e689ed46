using System.Globalization;
using System.Text.Json;
using Miwv.Engine;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;
using Miwv.Scoring.Waves;

namespace Miwv.Cli.Terminal;

/// <summary>What a finished run says on stdout.</summary>
internal sealed class RunReport(MiwvRun run, ScoreTable scores, TimeSpan elapsed)
{
    private const int Preview = 10;
    private readonly RunSummary summary = run.Summary(scores);

    public void WriteText(Selection? selection, TopCount? top, string? file)
    {
        var o = Console.Out;
        if (selection is not null) TopTable.Write(o, run.Rows, scores.Metrics[0].Field, selection.Rows.Take(Preview).Select(row => (scores.Row(row, run.Rows), scores.Metrics[0].Values[row])));
        string status = string.Join(", ", summary.Status.Select(s => $"{ProgressLine.Count(s.Value)} {s.Key}"));
        o.WriteLine(Line($"rows      {summary.Rows:N0}: {status}{(summary.DemonstrationsCut > 0 ? $"; {summary.DemonstrationsCut:N0} demonstrations cut to fit" : "")}"));
        if (summary.MeanMiwv is { } mean)
            o.WriteLine(Line($"loss      zero-shot {summary.MeanZeroShot:F4}, one-shot {summary.MeanOneShot:F4}, MIWV {mean:F4} nats a token; the example helped {100.0 * summary.Helped / summary.Status.GetValueOrDefault("ok"):F1} % of the rows"));
        foreach (var metric in summary.Metrics ?? [])
            o.WriteLine(Line($"{metric.Name,-9} {(metric.Rows == 0 ? "no row has a value" : Line($"mean {metric.Mean:F4}, {metric.Lowest:F4} to {metric.Highest:F4}"))}{(metric.Missing > 0 ? Line($"; {metric.Missing:N0} rows without a value") : "")}{string.Concat(metric.Totals.Select(total => Line($"; {total.Key} {total.Value:G6}")))}"));
        if (summary.Metrics is { Count: > 1 } several)
            o.WriteLine(Line($"sharing   {several.Sum(m => m.TokensAlone):N0} tokens if each metric ran alone in a plain loop: {(double)several.Sum(m => m.TokensAlone) / summary.TokensComputed:F2} times as many"));
        o.WriteLine(Line($"tokens    {summary.TokensComputed:N0} computed, {summary.TokensPlain:N0} in a plain loop, {summary.TokensMinimal:N0} at least"));
        o.WriteLine(Line($"compute   {100 * summary.ComputeShare:F1} % of fine-tuning on all rows for three epochs"));
        if (run.Times.Tokens > 0)
        {
            var t = run.Times;
            double seconds = WaveTimes.Seconds(t.Elapsed), parts = WaveTimes.Seconds(t.Pack + t.Prepare + t.Model + t.Gather);
            string Share(long ticks) => string.Create(CultureInfo.InvariantCulture, $"{100 * WaveTimes.Seconds(ticks) / parts:F1} %");
            o.WriteLine(Line($"time      model {Share(t.Model)}, mask and graph {Share(t.Prepare)}, gather {Share(t.Gather)}, packing {Share(t.Pack)} of {seconds:F1} s"));
            o.WriteLine(Line($"speed     {summary.Status.GetValueOrDefault("ok") / seconds:F1} rows/s, {run.Times.Tokens / seconds:N0} tokens/s computed, {run.Times.Tokens * ((double)summary.TokensPlain / summary.TokensComputed) / seconds:N0} served; {ProgressLine.Duration(elapsed)} in all"));
        }
        if (selection is not null && top is not null)
        {
            o.WriteLine(Line($"baseline  {100 * selection.LongestOverlap:F1} % of the selection are among as many longest answers, {100 * selection.RandomOverlap:F1} % among as many random rows; mean answer {selection.AnswerTokens.Chosen:F1} tokens, {selection.AnswerTokens.All:F1} in all rows"));
            o.WriteLine(Line($"selected  {selection.Rows.Count:N0} rows ({top}){(file is null ? "; -o FILE writes them" : $" -> {file}")}"));
        }
        o.WriteLine($"scores    {run.Directory.ScoresFile}");
    }

    public void WriteJson(Selection? selection, string? file)
    {
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("run", run.Directory.Path);
            json.WritePropertyName("summary");
            JsonSerializer.Serialize(json, summary, SummaryJson.Options);
            if (run.Times.Tokens > 0)
            {
                json.WriteStartObject("times");
                json.WriteNumber("tokens", run.Times.Tokens);
                json.WriteNumber("scoring_seconds", WaveTimes.Seconds(run.Times.Elapsed));
                json.WriteNumber("model_seconds", WaveTimes.Seconds(run.Times.Model));
                json.WriteNumber("mask_and_graph_seconds", WaveTimes.Seconds(run.Times.Prepare));
                json.WriteNumber("gather_seconds", WaveTimes.Seconds(run.Times.Gather));
                json.WriteNumber("packing_seconds", WaveTimes.Seconds(run.Times.Pack));
                json.WriteNumber("run_seconds", elapsed.TotalSeconds);
                json.WriteEndObject();
            }
            if (selection is not null)
            {
                json.WriteStartObject("selection");
                json.WriteString("file", file);
                json.WriteNumber("wanted", selection.Wanted);
                json.WriteNumber("ranked", selection.Ranked);
                json.WriteNumber("longest_overlap", selection.LongestOverlap);
                json.WriteNumber("random_overlap", selection.RandomOverlap);
                json.WriteStartObject("kept_out");
                foreach (var (gate, rows) in selection.KeptOut) json.WriteNumber(gate.ToString(), rows);
                json.WriteEndObject();
                json.WriteStartArray("ids");
                foreach (int row in selection.Rows) run.Rows.Id(row).WriteTo(json);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        stdout.WriteByte((byte)'\n');
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
