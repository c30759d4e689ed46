using System.Text.Json;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Tests.Family;

/// <summary>Nuggets with rows left out of further anchors: the selection is that of the whole run, values are the same or bounds.</summary>
public sealed class EarlyStopTests : IDisposable
{
    private static readonly TopCount Top = TopCount.Parse("5%");

    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheSelectionIsThatOfTheWholeRun()
    {
        var settings = new RunSettings
        {
            DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), Limit = 80, Threads = 1, Exact = true, WaveTokens = 128, Metrics = "nuggets=15,miwv",
        };
        var (whole, all) = Run(settings, "whole");
        var (early, some) = Run(settings with { EarlyStop = Top }, "early");
        Assert.Equal(all, some);

        int stopped = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            JsonElement value = whole[i].GetProperty("nuggets"), now = early[i].GetProperty("nuggets");
            if (value.ValueKind == JsonValueKind.Null) continue;
            double low = early[i].GetProperty("nuggets_low").GetDouble(), high = early[i].GetProperty("nuggets_high").GetDouble();
            Assert.InRange(value.GetDouble(), low, high);
            if (now.ValueKind == JsonValueKind.Null) stopped++;
            else Assert.Equal((value.GetDouble(), low, high), (now.GetDouble(), now.GetDouble(), now.GetDouble()));
            Assert.Equal(whole[i].GetProperty("miwv").GetDouble(), early[i].GetProperty("miwv").GetDouble(), 1e-5);
        }
        Assert.True(stopped > 0, "no row was stopped");
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["early"], "summary.json")));
        var totals = summary.RootElement.GetProperty("metrics")[0].GetProperty("totals");
        Assert.Equal(stopped, totals.GetProperty("nuggets_stopped_rows").GetInt32());
        Assert.True(totals.GetProperty("nuggets_passes_saved").GetInt32() > 0);

        // a later round cut short, and one that is gone, are made again
        byte[] scores = File.ReadAllBytes(Path.Combine(folder["early"], "scores.jsonl"));
        using (var file = File.OpenWrite(Path.Combine(folder["early"], "passes-2.journal"))) file.SetLength(file.Length / 2 + 3);
        File.Delete(Path.Combine(folder["early"], "passes-3.journal"));
        Assert.Equal(all, Run(settings with { EarlyStop = Top }, "early").Rows);
        Assert.Equal(scores, File.ReadAllBytes(Path.Combine(folder["early"], "scores.jsonl")));
    }

    private (JsonElement[] Lines, IReadOnlyList<int> Rows) Run(RunSettings settings, string name)
    {
        using var run = MiwvRun.Open(settings, folder[name], resume: false, null, folder.Warnings.Add, default);
        var scores = run.Score();
        var rows = run.Select(scores, new SelectionRequest(Top)).Rows;
        return ([.. File.ReadLines(Path.Combine(folder[name], "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)], rows);
    }
}
