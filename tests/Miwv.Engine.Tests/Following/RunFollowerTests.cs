using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Following;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Engine.Tests.Support;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Tests.Following;

public sealed class RunFollowerTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly Dictionary<int, RowScored> seen = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_followed_while_it_works_and_to_its_end()
    {
        RunFollower? follower = null;
        var phases = new HashSet<RunPhase>();
        int before = 0;
        Run(stopAt: 2, value =>
        {
            if (value.Stage != "score") return;
            follower ??= RunFollower.Open(folder["run"], new Listener(seen), default);
            follower.Poll();
            follower.ReadRows();
            phases.Add(follower.Phase);
            if (value.Done == value.Total) return;
            before = seen.Count;
            if (value.Done > value.Total / 2)
                Assert.True(SpinWait.SpinUntil(() =>
                {
                    follower.Poll();
                    return follower.Live?.Stages.Any(s => s.Progress.Stage == "score") == true;
                }, TimeSpan.FromSeconds(20)));
        });
        Assert.Equal([RunPhase.Running], phases);
        Assert.InRange(before, 1, 38); // rows came bit by bit
        Assert.Contains(follower!.Live!.Stages, s => s.Progress.Stage == "tokenize" && s.IsFinished);
        Assert.InRange(follower.Sharing, 1.01, 10);
        follower.Poll();
        Assert.Equal(RunPhase.Finished, follower.Phase);
        AssertAreTheScores(39);
        Assert.False(File.Exists(follower.Directory.LiveFile) || File.Exists(follower.Directory.RowMapFile));
        follower.Dispose();
    }

    [Fact]
    public void A_stopped_run_is_read_without_touching_it()
    {
        Assert.Throws<OperationCanceledException>(() => Run(stopAt: 0.6));
        string[] Files() => [.. Directory.GetFiles(folder["run"]).Order().Select(f => $"{f} {new FileInfo(f).Length} {File.GetLastWriteTimeUtc(f):O}")];
        string[] files = Files();
        using (var follower = RunFollower.Open(folder["run"], new Listener(seen), default))
        {
            follower.Poll();
            follower.ReadRows();
            Assert.Equal(1, follower.Plans);
            Assert.InRange(seen.Count, 1, 38);
            Assert.Equal(RowStatus.EmptyAnswer, follower.Row(7).Status);
            Assert.Equal(files, Files());
            RunDirectory.Enter(folder["run"], resume: true).Dispose(); // the lock is free
            int stopped = seen.Count;
            Run(stopAt: 2, value =>
            {
                if (value.Stage == "score") follower.ReadRows();
            });
            Assert.True(seen.Count > stopped);
        }
        AssertAreTheScores(39);
    }

    [Fact]
    public void A_killed_process_is_told_from_a_working_one()
    {
        Assert.Throws<OperationCanceledException>(() => Run(stopAt: 0.6));
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        long started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds();
        RunPhase Phase(int pid, long began, TimeSpan age)
        {
            string live = Path.Combine(folder["run"], "live.json");
            File.WriteAllBytes(live, new LiveState(pid, began, 3, 1, false, [], [], new(0, 0, null)).ToJson());
            File.SetLastWriteTimeUtc(live, DateTime.UtcNow - age);
            using var follower = RunFollower.Open(folder["run"], new Listener(seen), default);
            follower.Poll();
            return follower.Phase;
        }
        Assert.Equal(RunPhase.Running, Phase(process.Id, started, TimeSpan.Zero));
        Assert.Equal(RunPhase.Silent, Phase(process.Id, started, TimeSpan.FromMinutes(1)));
        Assert.Equal(RunPhase.Stopped, Phase(process.Id, started - 60_000, TimeSpan.FromMinutes(1))); // the id is another process's by now
        Assert.Equal(RunPhase.Stopped, Phase(int.MaxValue, started, TimeSpan.FromMinutes(1)));
        Assert.Equal(RunPhase.Running, Phase(int.MaxValue, started, TimeSpan.Zero)); // of another machine or container
    }

    [Fact]
    public void Further_metrics_form_while_a_run_scores()
    {
        Assert.Throws<OperationCanceledException>(() => Run(stopAt: 0.8, metrics: "miwv,ifd,min_k,upd,s_ifd"));
        var live = new Dictionary<string, double[]>();
        Run(stopAt: 2, metrics: "miwv,ifd,min_k,upd,s_ifd", onMetric: (field, values) => live[field] = values);
        Assert.Equal(["ifd", "min_k20", "upd"], live.Keys.Order()); // the threshold of s_ifd is over all rows
        var scores = StoredScore.ReadAll(Path.Combine(folder["run"], "scores.jsonl"));
        foreach (var (field, values) in live)
        {
            int[] known = [.. Enumerable.Range(0, values.Length).Where(row => double.IsFinite(values[row]))];
            Assert.NotEmpty(known);
            Assert.All(known, row => Assert.Equal(scores[row].Value(field), values[row], 1e-9));
        }
    }

    [Fact]
    public void Rows_that_a_small_model_rejected_are_told_apart()
    {
        var cascade = new CascadeSettings(folder.Model("tiny-llama-5k"), TopCount.Parse("50%"), 3);
        Assert.Throws<OperationCanceledException>(() => Run(stopAt: 0.6, cascade: cascade));
        using var follower = RunFollower.Open(folder["run"], new Listener(seen), default);
        follower.Poll();
        Run(stopAt: 2, cascade: cascade);
        var scores = StoredScore.ReadAll(Path.Combine(folder["run"], "scores.jsonl"));
        Assert.Equal(16, scores.Count(score => score.Cascade == CascadeRole.Rejected));
        Assert.All(scores, score => Assert.Equal(score.Cascade, follower.Row(score.Row).Role));
    }

    [Fact]
    public void Changed_data_is_refused()
    {
        Run(stopAt: 2);
        File.AppendAllText(folder["rows.json"], "\n");
        Assert.Contains("was changed", Assert.Throws<UserException>(() => RunFollower.Open(folder["run"], new Listener(seen), default)).Message, StringComparison.Ordinal);
    }

    private void Run(double stopAt, Action<StageProgress>? onProgress = null, string metrics = "miwv", Action<string, double[]>? onMetric = null, CascadeSettings? cascade = null)
    {
        string rows = folder.Rows("rows.json", Enumerable.Range(0, 40).Select(i => (object)new { instruction = $"say {i}", output = i == 7 ? "" : $"{i} and {i * i}" }));
        if (!File.Exists(folder["m.gguf"])) File.Move(folder.Model("tiny-llama"), folder["m.gguf"]);
        var settings = new RunSettings { DataPath = rows, ModelPath = folder["m.gguf"], Template = "plain", Threads = 1, Exact = true, WaveTokens = 32, Metrics = metrics, Cascade = cascade };
        using var stop = new CancellationTokenSource();
        using MiwvRun run = MiwvRun.Open(settings, folder["run"], resume: false, new Reporter(value =>
        {
            onProgress?.Invoke(value);
            if (value.Stage == "score" && value.Done >= stopAt * value.Total) stop.Cancel();
        }), folder.Warnings.Add, stop.Token);
        run.OnMetric = onMetric;
        run.Score();
    }

    private void AssertAreTheScores(int rows)
    {
        var scores = StoredScore.ReadAll(Path.Combine(folder["run"], "scores.jsonl"));
        Assert.Equal(rows, seen.Count);
        Assert.All(seen.Values, row => Assert.Equal((scores[row.Row].ZeroShot, scores[row.Row].OneShot), (row.ZeroShot, row.OneShot)));
    }

    private sealed class Reporter(Action<StageProgress> report) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => report(value);
    }

    private sealed class Listener(Dictionary<int, RowScored> seen) : IProgress<RowScored>
    {
        public void Report(RowScored value) => seen[value.Row] = value;
    }
}
