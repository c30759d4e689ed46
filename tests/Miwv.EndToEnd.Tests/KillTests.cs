using System.Diagnostics;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>The program is ended at random moments and started again: nothing is lost and the files are the same to the byte.</summary>
public sealed class KillTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private string[] Arguments(string run, int rows = 40) =>
        ["select", Checkout.Data, "-m", Checkout.Model, "--limit", $"{rows}", "--exact", "-ub", "64", "-t", "1", "-q", "--top", "10%", "--run", scratch[run], "-o", scratch[run + ".json"]];

    private (byte[] Scores, byte[] Summary, byte[] Selection) Results(string run) =>
        (File.ReadAllBytes(Path.Combine(scratch[run], "scores.jsonl")), File.ReadAllBytes(Path.Combine(scratch[run], "summary.json")), File.ReadAllBytes(scratch[run + ".json"]));

    private void AssertSame((byte[] Scores, byte[] Summary, byte[] Selection) expected, string run)
    {
        var found = Results(run);
        Assert.Equal(expected.Scores, found.Scores);
        Assert.Equal(expected.Summary, found.Summary);
        Assert.Equal(expected.Selection, found.Selection);
        // nothing half-made is left behind
        Assert.DoesNotContain(Directory.GetFiles(scratch[run]), f => f.EndsWith(".new", StringComparison.Ordinal) || f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void ThirtyKillsGiveThirtyIdenticalResults()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, MiwvProcess.Run(scratch.Root, Arguments("whole")).Code);
        double whole = clock.Elapsed.TotalMilliseconds;
        var expected = Results("whole");
        var random = new Random(20);
        int kills = 0, runs = 0;
        while (kills < 30)
        {
            string run = $"run{runs++}";
            // one to six kills, the later ones sooner: some hit the start, some the embedding, most the scoring
            for (int left = random.Next(1, 7); left > 0 && kills < 30;)
            {
                using MiwvProcess miwv = MiwvProcess.Start(scratch.Root, Arguments(run));
                Thread.Sleep((int)(whole * (0.1 + random.NextDouble() * 0.85)));
                if (miwv.HasExited) break;
                miwv.Kill();
                kills++;
                left--;
            }
            MiwvProcess.Result end = MiwvProcess.Run(scratch.Root, Arguments(run));
            Assert.True(end.Code == 0, end.Error);
            AssertSame(expected, run);
        }
    }

    [Fact]
    public void ACascadeGoesOnInWhicheverStageItWasKilled() => GoesOnWhereItWasKilled(
        ["--cascade", Checkout.Model + ":30%", "--audit", "5"],
        run => File.Exists(Path.Combine(run, "cascade", "scores.jsonl")) ? "scoring model" : "small model", stages: 2);

    // DEITA: two scorers, the product of their ratings, rows too near to a better one passed over
    [Fact]
    public void JudgesGoOnWhereTheyWereKilled() => GoesOnWhereItWasKilled(
        ["--metric", "deita_complexity,deita_quality", "--judges", $"deita_complexity={Checkout.Model},deita_quality={Checkout.Model}", "--by", "deita_complexity,deita_quality", "--combine", "product", "--selector", "cosine-cap"],
        run => File.Exists(Path.Combine(run, "judges", "2", "passes.journal")) ? "second judge" : "first judge", stages: 2);

    private void GoesOnWhereItWasKilled(string[] further, Func<string, string> stageOf, int stages)
    {
        string[] Command(string run) => [.. Arguments(run), .. further];
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, MiwvProcess.Run(scratch.Root, Command("whole")).Code);
        double whole = clock.Elapsed.TotalMilliseconds;
        var random = new Random(6);
        var hit = new HashSet<string>();
        for (int kills = 0; kills < 8 || hit.Count < stages;)
        {
            Assert.True(kills < 40, "the kills hit only " + string.Join(", ", hit));
            string run = $"run{kills}";
            for (int left = 2; left > 0; left--)
            {
                using MiwvProcess miwv = MiwvProcess.Start(scratch.Root, Command(run));
                Thread.Sleep((int)(whole * (0.1 + random.NextDouble() * 0.85)));
                if (miwv.HasExited) break;
                miwv.Kill();
                kills++;
                hit.Add(stageOf(scratch[run]));
            }
            Assert.Equal(0, MiwvProcess.Run(scratch.Root, Command(run)).Code);
            AssertSame(Results("whole"), run);
        }
    }

    [Fact]
    public void ASignalEndsItCleanlyAndItGoesOn()
    {
        const int rows = 1_500; // long enough to be met at work on a fast machine
        Assert.Equal(0, MiwvProcess.Run(scratch.Root, Arguments("whole", rows)).Code);
        foreach (string signal in MiwvProcess.HearsInterrupts ? new[] { "INT", "TERM" } : ["TERM"])
        {
            using (MiwvProcess miwv = MiwvProcess.Start(scratch.Root, Arguments(signal, rows)))
            {
                string journal = Path.Combine(scratch[signal], "passes.journal");
                while (!miwv.HasExited && !(File.Exists(journal) && new FileInfo(journal).Length > 500)) Thread.Sleep(5);
                miwv.Signal(signal);
                Assert.Contains("repeat the command", miwv.Wait().OneLine(130), StringComparison.Ordinal);
            }
            Assert.False(File.Exists(scratch[signal + ".json"]));
            MiwvProcess.Result resumed = MiwvProcess.Run(scratch.Root, [.. Arguments(signal, rows), "--resume"]);
            Assert.True(resumed.Code == 0, resumed.Error);
            AssertSame(Results("whole"), signal);
        }
    }

    [Fact]
    public void ASecondProcessInTheSameRunIsRefused()
    {
        using MiwvProcess first = MiwvProcess.Start(scratch.Root, Arguments("run", 1_500));
        while (!first.HasExited && !File.Exists(Path.Combine(scratch["run"], "embeddings.miwv"))) Thread.Sleep(5);
        Assert.Contains("another miwv process", MiwvProcess.Run(scratch.Root, Arguments("run", 1_500)).OneLine(1), StringComparison.Ordinal);
        Assert.False(first.HasExited);
        first.Kill();
    }

    [Fact]
    public void AChangedSettingIsRefusedWithTheDifference()
    {
        Assert.Equal(0, MiwvProcess.Run(scratch.Root, Arguments("run", 20)).Code);
        Assert.Contains("limit: was 20, is 21", MiwvProcess.Run(scratch.Root, Arguments("run", 21)).OneLine(1), StringComparison.Ordinal);
        Assert.Contains("nothing to resume", MiwvProcess.Run(scratch.Root, [.. Arguments("other", 20), "--resume"]).OneLine(1), StringComparison.Ordinal);
    }
}
