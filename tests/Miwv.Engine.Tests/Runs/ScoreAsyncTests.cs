using Miwv.Data;
using Miwv.Engine.Following;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Tests.Runs;

public sealed class ScoreAsyncTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly RunSettings settings;

    public ScoreAsyncTests() => settings = new RunSettings
    {
        DataPath = folder.Rows("rows.json", Enumerable.Range(0, 40).Select(i => (object)new { instruction = $"say {i}", output = i == 7 ? "" : $"{i} and {i * i}" })),
        ModelPath = folder.Model("tiny-llama"), Template = "plain", Threads = 1, Exact = true, WaveTokens = 32,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryRowComesOnceAndTheScoresLast()
    {
        byte[] expected = folder.Score(settings, folder["plain"]).Bytes;
        foreach (int time in new[] { 1, 2 })
        {
            // the second time the run is finished already
            using MiwvRun run = MiwvRun.Open(settings, folder["run"]);
            var events = new List<RunEvent>();
            await foreach (RunEvent happened in run.ScoreAsync()) events.Add(happened);
            var scores = Assert.IsType<RunEvent.Finished>(events[^1]).Scores;
            Assert.Single(events.OfType<RunEvent.Finished>());
            RowScored[] rows = [.. events.OfType<RunEvent.Row>().Select(e => e.Losses)];
            Assert.Equal(Enumerable.Range(0, 40).Where(i => i != 7), rows.Select(r => r.Row).Order());
            Assert.All(rows, row => Assert.Equal(scores.Metrics[0].Values[row.Row], row.OneShot - row.ZeroShot, 1e-9));
            if (time == 1) Assert.Contains(events.OfType<RunEvent.Stage>(), e => e.Progress is { Stage: "score", Done: > 0 } progress && progress.Done == progress.Total);
            // the run can be used on
            Assert.Equal(4, run.Select(scores, new SelectionRequest(TopCount.Parse("10%"))).Rows.Count);
            Assert.Equal(expected, File.ReadAllBytes(Path.Combine(folder["run"], "scores.jsonl")));
        }
    }

    [Fact]
    public async Task WhoLooksOnSeesTheStages()
    {
        using MiwvRun run = MiwvRun.Open(settings, folder["run"]);
        await foreach (RunEvent _ in run.ScoreAsync()) { }
        string path = Path.Combine(folder["run"], "live.json");
        for (int tenths = 0; LiveState.Read(path)?.Stages.Any(stage => stage.Progress.Stage == "score") != true; tenths++)
        {
            Assert.True(tenths < 600, "live.json does not name the stage");
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task AReaderThatLeavesStopsTheRunWhichGoesOnLater()
    {
        byte[] expected = folder.Score(settings, folder["plain"]).Bytes;
        using (MiwvRun run = MiwvRun.Open(settings, folder["run"]))
        {
            await foreach (RunEvent happened in run.ScoreAsync())
                if (happened is RunEvent.Row) break;
        }
        using (MiwvRun run = MiwvRun.Open(settings, folder["other"]))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (RunEvent _ in run.ScoreAsync(new CancellationToken(canceled: true))) { }
            });
            Assert.False(File.Exists(Path.Combine(folder["other"], "scores.jsonl")));
        }
        using (MiwvRun run = MiwvRun.Open(settings, folder["run"]))
            await foreach (RunEvent _ in run.ScoreAsync()) { }
        Assert.Equal(expected, File.ReadAllBytes(Path.Combine(folder["run"], "scores.jsonl")));
    }

    [Fact]
    public async Task WhatGoesWrongIsThrownToTheReader()
    {
        using MiwvRun run = MiwvRun.Open(settings with { Template = "model" }, folder["run"]);
        var e = await Assert.ThrowsAsync<UserException>(async () =>
        {
            await foreach (RunEvent _ in run.ScoreAsync()) { }
        });
        Assert.Contains("has no chat template", e.Message, StringComparison.Ordinal);
    }
}
