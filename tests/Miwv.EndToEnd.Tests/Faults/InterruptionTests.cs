using System.Diagnostics;
using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>kill -9 and signals, aimed at every stage of a run: going on gives the identical result.</summary>
public sealed class InterruptionTests : IDisposable
{
    private static readonly string[] Stages = ["start", "embedding", "index", "scoring", "final writes"];
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void KillsInEveryStageLoseNothing()
    {
        var random = new Random(FaultCounts.Seed);
        var hit = Stages.ToDictionary(s => s, _ => 0);
        SampleRun[] kinds = [new(scratch), new(scratch, hnsw: true)];
        var expected = kinds.Select((kind, i) => Whole(kind, $"whole{i}")).ToArray();
        int kills = 0, missed = 0, runs = 0;
        while (kills < FaultCounts.Kills)
        {
            int kind = runs % 2;
            string run = $"run{runs++}";
            for (int left = random.Next(1, 6); left > 0 && kills < FaultCounts.Kills; left--)
            {
                string stage = Stages[(kills + missed) % Stages.Length];
                using Program miwv = Program.Start(scratch.Root, kinds[kind].Arguments(run));
                WaitFor(stage, run, miwv, random);
                if (miwv.HasExited)
                {
                    missed++;
                    break;
                }
                miwv.Kill();
                kills++;
                hit[Reached(run)]++;
            }
            Program.Result end = Program.Run(scratch.Root, kinds[kind].Arguments(run));
            Assert.True(end.Code == 0, end.Error);
            kinds[kind].AssertSame(expected[kind], run, $"{run} after kills");
            Assert.DoesNotContain(Directory.GetFiles(scratch[run]), f => f.EndsWith(".new", StringComparison.Ordinal) || f.EndsWith(".tmp", StringComparison.Ordinal));
            Directory.Delete(scratch[run], recursive: true);
        }
        FaultCounts.Report($"kill -9: {kills} over {runs} runs ({string.Join(", ", hit.Select(h => $"{h.Key} {h.Value}"))}), {missed} came too late, {runs} identical results");
    }

    [Fact]
    public void SignalsEndARunInOneLineAndItGoesOn()
    {
        var random = new Random(FaultCounts.Seed);
        var run = new SampleRun(scratch);
        byte[][] expected = Whole(run, "whole");
        int stopped = 0, finished = 0;
        for (int i = 0; i < FaultCounts.Signals; i++)
        {
            string name = $"run{i}";
            using (Program miwv = Program.Start(scratch.Root, run.Arguments(name)))
            {
                // before its own handler is there a signal ends the process as the system does, which is a kill
                WaitFor(Stages[1 + i % 4], name, miwv, random);
                if (!miwv.HasExited) miwv.Signal(i % 2 == 0 ? "HUP" : "TERM");
                Program.Result result = miwv.Wait();
                if (result.Code == 0) finished++;
                else
                {
                    Assert.Contains("repeat the command", result.OneLine(130), StringComparison.Ordinal);
                    stopped++;
                }
            }
            Program.Result end = Program.Run(scratch.Root, run.Arguments(name));
            Assert.True(end.Code == 0, end.Error);
            run.AssertSame(expected, name, $"{name} after a signal");
        }
        FaultCounts.Report($"SIGHUP and SIGTERM: {FaultCounts.Signals}, {stopped} stopped in one line with exit code 130, {finished} had finished, {FaultCounts.Signals} identical results");
    }

    private byte[][] Whole(SampleRun run, string name)
    {
        Program.Result result = Program.Run(scratch.Root, run.Arguments(name));
        Assert.True(result.Code == 0, result.Error);
        return run.Results(name);
    }

    // Until the stage's file is there and a moment more, or the run has ended.
    private void WaitFor(string stage, string run, Program miwv, Random random)
    {
        Func<bool> begun = stage switch
        {
            "start" => static () => true,
            "embedding" => () => Any(run, "run.json"),
            "index" => () => Any(run, "embeddings.miwv"),
            "scoring" => () => Any(run, "passes.journal"),
            _ => () => Any(run, "scores.jsonl"),
        };
        while (!miwv.HasExited && !begun()) Thread.Sleep(1);
        int most = stage switch { "start" => 400, "scoring" => 300, "embedding" => 60, _ => 15 };
        long until = Stopwatch.GetTimestamp() + random.Next(most) * Stopwatch.Frequency / 1000;
        while (!miwv.HasExited && Stopwatch.GetTimestamp() < until) Thread.Sleep(1);
    }

    // The file, or the one beside it that is still being written.
    private bool Any(string run, string file) => Directory.Exists(scratch[run]) && Directory.EnumerateFiles(scratch[run], file + "*").Any();

    // How far a killed run was.
    private string Reached(string run) =>
        Any(run, "scores.jsonl") ? Stages[4] : Any(run, "passes.journal") ? Stages[3] : Any(run, "neighbors") || Any(run, "index.hnsw") ? Stages[2] : Any(run, "embeddings.miwv") || Any(run, "run.json") ? Stages[1] : Stages[0];
}
