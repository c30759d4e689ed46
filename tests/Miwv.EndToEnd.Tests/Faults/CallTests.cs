using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>Every call of a run on its files: killed before and after it, and the call failing. Going on gives the identical result.</summary>
public sealed class CallTests : IDisposable
{
    private const int Killed = 137, IoError = 5, NoSpace = 28;
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void KilledBeforeAndAfterEveryWriteFlushAndRename(bool hnsw)
    {
        if (!OperatingSystem.IsLinux()) return; // the library that does it is Linux'
        var (run, expected, calls) = Whole(hnsw);
        FaultIo.Call[] changing = [.. calls.Where(c => c.Changes)];
        // in the tests: every n-th, and of the names of a file the first and the last (what is between them is of the same kind)
        var points = FaultCounts.CallStep == 1 ? changing : [.. changing.Where((c, i) => i % FaultCounts.CallStep == 0).Union(changing.GroupBy(c => c.File).SelectMany(f => (FaultIo.Call[])[f.First(), f.Last()]).Where(c => hnsw || c.Number % 2 == 0))];
        int kills = 0, missed = 0;
        foreach (FaultIo.Call point in points)
            foreach (string when in FaultCounts.CallStep == 1 ? ["", "+"] : point.Number % 2 == 0 ? [""] : (string[])["+"])
            {
                string name = $"kill{point.Number}{(when == "" ? "before" : "after")}";
                Program.Result end = Program.RunWith(FaultIo.Watch(scratch[name], scratch[name + ".log"]).With("KILL", point.Number + when), scratch.Root, run.Arguments(name));
                if (end.Code == 0) missed++; // one flush a second fewer than in the first run
                else
                {
                    Assert.True(end.Code == Killed, $"{name} ({point.Name}): exit code {end.Code}: {end.Error}");
                    Assert.Equal(point.Number, FaultIo.Read(scratch[name + ".log"])[^1].Number);
                    kills++;
                }
                GoOn(run, name, $"{name} ({point.Name})", expected);
            }
        Assert.True(kills > missed);
        FaultCounts.Report($"kill -9 before and after named points{(hnsw ? " (hnsw)" : "")}: {changing.Length} calls that write, flush, rename or delete, of {changing.DistinctBy(c => c.Name).Count()} names; {kills} kills, {missed} points not reached, {kills + missed} identical results ({string.Join(", ", changing.Select(c => c.File).Distinct())})");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryCallFailsOnce(bool forGood)
    {
        if (!OperatingSystem.IsLinux()) return;
        var (run, expected, calls) = Whole(hnsw: true);
        int refused = 0, unharmed = 0, last = 0;
        for (int k = forGood ? 2 : 1; ; k += FaultCounts.CallStep)
        {
            string name = $"fail{k}", fault = $"{k}:{(k % 2 == 0 ? NoSpace : IoError)}{(forGood ? "+" : "")}";
            Program.Result end = Program.RunWith(FaultIo.Watch(scratch[name], scratch[name + ".log"]).With("FAIL", fault), scratch.Root, run.Arguments(name));
            int made = FaultIo.Read(scratch[name + ".log"]) is { Count: > 0 } log ? log[^1].Number : 0;
            string what = k <= calls.Count ? calls[k - 1].Name : "";
            if (end.Code == 0) unharmed++;
            else
            {
                Assert.True(end.Code == 1, $"{name} ({what}), {fault}: exit code {end.Code}: {end.Error}");
                Assert.NotEqual("", OneLine(end, $"{name} ({what}), {fault}"));
                refused++;
            }
            GoOn(run, name, $"{name} ({what})", expected);
            last = k;
            if (made < k) break; // the run has no more calls
        }
        Assert.True(last > calls.Count / 2 && refused > 0);
        FaultCounts.Report($"call k fails{(forGood ? " and all after it" : "")}, k = 1 to {last} in steps of {FaultCounts.CallStep}: {refused} ended in one line, {unharmed} were not harmed, {refused + unharmed} identical results in the end");
    }

    [Fact]
    public void AWriteThatTakesHalf()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (run, expected, calls) = Whole(hnsw: true);
        FaultIo.Call[] writes = [.. calls.Where((c, i) => c.What == "write")];
        int cut = 0;
        for (int i = 0; i < writes.Length; i += FaultCounts.CallStep, cut++)
        {
            string name = $"cut{i}";
            Program.Result end = Program.RunWith(FaultIo.Watch(scratch[name]).With("SHORT", $"{writes[i].Number}"), scratch.Root, run.Arguments(name));
            Assert.True(end.Code == 0, $"{name} ({writes[i].Name}): {end.Error}");
            run.AssertSame(expected, name, $"{name} ({writes[i].Name})");
        }
        FaultCounts.Report($"writes that took half of their bytes: {cut}, {cut} identical results");
    }

    [Fact]
    public void TheClockIsSetBack()
    {
        if (!OperatingSystem.IsLinux()) return;
        const long day = 24 * 3600;
        var (run, expected, calls) = Whole(hnsw: false);
        int half = calls.Count / 2, times = 0;
        foreach (string first in new[] { $"1:{-400 * day}", $"{half}:{-day}", $"{half}:{20_000 * day}" })
        {
            string name = $"clock{times++}";
            FaultIo.Watch(scratch[name]).With("CLOCK", first);
            Program.Result killed = Program.RunWith(FaultIo.Watch(scratch[name]).With("CLOCK", first).With("KILL", $"{half + 9}+"), scratch.Root, run.Arguments(name));
            Assert.True(killed.Code == Killed, killed.Error);
            // and once more backwards when it goes on
            Program.Result end = Program.RunWith(FaultIo.Watch(scratch[name]).With("CLOCK", $"3:{-900 * day}"), scratch.Root, run.Arguments(name));
            Assert.True(end.Code == 0, end.Error);
            run.AssertSame(expected, name, $"{name}: {first}");
        }
        FaultCounts.Report($"clock set back and forth by days to decades: {times} runs, each killed and gone on with, {times} identical results");
    }

    // A run without faults, its results and its calls.
    private (SampleRun Run, byte[][] Expected, IReadOnlyList<FaultIo.Call> Calls) Whole(bool hnsw)
    {
        var run = new SampleRun(scratch, hnsw);
        Program.Result whole = Program.RunWith(FaultIo.Watch(scratch["whole"], scratch["whole.log"]), scratch.Root, run.Arguments("whole"));
        Assert.True(whole.Code == 0, whole.Error);
        var calls = FaultIo.Read(scratch["whole.log"]);
        Assert.Equal(Enumerable.Range(1, calls.Count), calls.Select(c => c.Number));
        foreach (string name in new[] { "create run.json.new", "flush run.json.new", "rename run.json", "write embeddings.miwv", "flush embeddings.miwv", "rename neighbors.bin", "rename passes.journal", "write passes.journal", "flush passes.journal", "rename scores.jsonl", "rename summary.json" })
            Assert.Contains(calls, c => c.Name == name);
        return (run, run.Results("whole"), calls);
    }

    // Mostly in this process, for it is the same code and many times cheaper.
    private void GoOn(SampleRun run, string name, string why, byte[][] expected)
    {
        if (File.Exists(run.Selected(name)) && new Random(name.Length).Next(4) == 0) File.Delete(run.Selected(name));
        if (run.Finish(name) is { } line) Assert.Fail($"{why}: not gone on with: {line}");
        run.AssertSame(expected, name, why);
        Assert.DoesNotContain(Directory.GetFiles(scratch[name]), f => f.EndsWith(".new", StringComparison.Ordinal) || f.EndsWith(".tmp", StringComparison.Ordinal));
        Directory.Delete(scratch[name], recursive: true);
    }

    private static string OneLine(Program.Result result, string why)
    {
        try
        {
            return result.OneLine(1);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{why}: {result.Error}", e);
        }
    }
}
