using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Engine.Tests.Support;
using Miwv.Retrieval;

namespace Miwv.Engine.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunSettings Settings() => new()
    {
        DataPath = folder.Rows("rows.json", Enumerable.Range(0, 30).Select(i => (object)new { instruction = $"say {i}", output = $"{i} and {i * i}" })),
        ModelPath = folder.Model("tiny-llama"), Template = "plain", Threads = 1, Exact = true, WaveTokens = 32,
    };

    [Fact]
    public void TheSameSettingsFindTheirRun()
    {
        RunSettings settings = Settings();
        Scores first = folder.Score(settings, folder["run"]);
        DateTime journal = File.GetLastWriteTimeUtc(Path.Combine(folder["run"], "passes.journal"));
        File.Delete(Path.Combine(folder["run"], "scores.jsonl"));
        Scores again = folder.Score(settings, folder["run"]);
        Assert.Equal(first.Bytes, again.Bytes);
        Assert.Equal(journal, File.GetLastWriteTimeUtc(Path.Combine(folder["run"], "passes.journal"))); // nothing was computed
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{}")]
    [InlineData("""{"id":4,"n_answer":"x"}""")]
    public void ADamagedLineOfScoresIsNamed(string damage)
    {
        string path = Path.Combine(folder.Score(Settings()).Directory, "scores.jsonl");
        string[] lines = File.ReadAllLines(path);
        lines[4] = damage;
        File.WriteAllLines(path, lines);
        Assert.StartsWith($"{path}:5: damaged", Assert.Throws<UserException>(() => StoredColumns.Read(path)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{path}:5: damaged", Assert.Throws<UserException>(() => StoredScore.ReadAll(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryChangeIsRefusedByName()
    {
        RunSettings settings = Settings();
        folder.Score(settings, folder["run"]);
        string more = folder.Rows("more.json", Enumerable.Range(0, 31).Select(i => (object)new { instruction = $"say {i}", output = "x" }));
        foreach (var (change, name) in new (RunSettings, string)[]
        {
            (settings with { DataPath = more }, "data: the content"), (settings with { ModelPath = folder.Model("tiny-llama", context: 128) }, "-m: the content"),
            (settings with { Template = "alpaca" }, "--template: was plain, is alpaca"), (settings with { Limit = 5 }, "--limit: was not given, is 5"), (settings with { Window = 100 }, "-c: was not given, is 100"),
            (settings with { Exact = false }, "--exact: was given, is not given"), (settings with { ScoreEos = true }, "--score-eos: was not given, is given"), (settings with { KeepDuplicates = true }, "--duplicates: was skip, is keep"),
            (settings with { WaveTokens = 64 }, "-ub: was 32, is 64"), (settings with { PerToken = true }, "--per-token: was not given, is given"), (settings with { Ids = IdSource.Position }, "--ids: was own, is position"), (settings with { Store = StoreType.F16 }, "--store: was f32, is f16"),
            (settings with { Metrics = "miwv,ifd" }, "--metric: was miwv, is miwv,ifd"),
        })
        {
            string message = Assert.Throws<UserException>(() => folder.Score(change, folder["run"])).Message;
            Assert.Contains($"({name}", message, StringComparison.Ordinal);
            Assert.Equal(change.Metrics != settings.Metrics, message.Contains("select (or score) --from", StringComparison.Ordinal));
            Assert.DoesNotContain('\n', message);
        }
        folder.Score(settings with { Threads = 2 }, folder["run"]); // changes no number
    }

    [Theory]
    [InlineData("miwv")]
    [InlineData("miwv,ifd")]
    public void PassesOfAnotherRunAreAChangeToo(string metrics)
    {
        RunSettings settings = Settings() with { Metrics = metrics };
        folder.Score(settings with { Metrics = "zero_nll" }, folder["other"]);
        folder.Score(settings, folder["run"]);
        Assert.Contains("--from: was not given", Assert.Throws<UserException>(() => folder.Score(settings with { From = folder["other"] }, folder["run"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotScoredYetMayChange()
    {
        RunSettings settings = Settings();
        using (MiwvRun run = MiwvRun.Open(settings, folder["run"], resume: false, null, folder.Warnings.Add, default))
            Assert.Empty((run.FindNeighbors(), run.Changes).Changes);
        DateTime embedded = File.GetLastWriteTimeUtc(Path.Combine(folder["run"], "embeddings.miwv"));
        RunSettings other = settings with { Search = SearchMode.Hnsw, Template = "alpaca", KeepDuplicates = true };
        using (MiwvRun run = MiwvRun.Open(other, folder["run"], resume: true, null, folder.Warnings.Add, default))
        {
            Assert.Equal(["template", "duplicates", "search"], run.Changes.Select(change => change.Name));
            Assert.Equal("--search: was auto, is hnsw", run.Changes[^1].ToString());
            run.FindNeighbors();
        }
        string vectors = folder.Vectors("v.npy", [.. Enumerable.Range(0, 30).Select(i => new float[] { i, 1 })]);
        foreach (RunSettings change in new[] { other with { Limit = 5 }, other with { VectorsPath = vectors } })
            Assert.Contains("other input or settings", Assert.Throws<UserException>(() => MiwvRun.Open(change, folder["run"], resume: false, null, folder.Warnings.Add, default)).Message, StringComparison.Ordinal);
        Assert.Equal(embedded, File.GetLastWriteTimeUtc(Path.Combine(folder["run"], "embeddings.miwv")));
        Assert.Empty(folder.Warnings);

        // what was changed to is what a run of its own gives, and from the first score on nothing changes any more
        Assert.Equal(folder.Score(other).Bytes, folder.Score(other, folder["run"]).Bytes);
        Assert.Contains("--search: was hnsw, is auto", Assert.Throws<UserException>(() => folder.Score(other with { Search = SearchMode.Auto }, folder["run"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ResumingNothingIsRefused()
    {
        RunSettings settings = Settings();
        string message = Assert.Throws<UserException>(() => MiwvRun.Open(settings, folder["none"], resume: true, null, static _ => { }, default)).Message;
        Assert.Contains("nothing to resume", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public void AForeignDirectoryIsLeftAlone()
    {
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder[Path.Combine("mine", "thesis.txt")], "years of work");
        Assert.Contains("holds other files", Assert.Throws<UserException>(() => folder.Score(Settings(), folder["mine"])).Message, StringComparison.Ordinal);
        Assert.Equal("thesis.txt", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(folder["mine"]))));
        File.WriteAllText(folder["file"], "");
        Assert.Throws<UserException>(() => folder.Score(Settings(), folder["file"]));
    }

    [Fact]
    public void TwoAtOnceAreRefused()
    {
        using RunDirectory first = RunDirectory.Enter(folder["run"], resume: false);
        Assert.Contains("another miwv process", Assert.Throws<UserException>(() => RunDirectory.Enter(folder["run"], resume: false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"identity\": 5}")]
    [InlineData("{\"identity\": {\"data\": 5}}")]
    public void ADamagedRunFileIsOneLine(string text)
    {
        RunSettings settings = Settings();
        folder.Score(settings, folder["run"]);
        File.WriteAllText(Path.Combine(folder["run"], "run.json"), text);
        string message = Assert.Throws<UserException>(() => folder.Score(settings, folder["run"])).Message;
        Assert.Contains("run.json", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>Any file of the run but run.json, cut or flipped anywhere, after the run and with its results removed.</summary>
    [Theory]
    [InlineData("passes.journal", 100)]
    [InlineData("neighbors.bin", 25)]
    [InlineData("embeddings.miwv", 25)]
    public void ADamagedFileGivesTheSameScoresOrOneLine(string name, int damages)
    {
        RunSettings settings = Settings();
        Scores first = folder.Score(settings, folder["run"]);
        string path = Path.Combine(folder["run"], name);
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(name.Length);
        int same = 0, refused = 0;
        for (int i = 0; i < damages; i++)
        {
            byte[] damaged = [.. whole];
            if (i % 3 == 0) damaged = damaged[..random.Next(whole.Length)];
            else if (i % 3 == 1) damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            else damaged.AsSpan(random.Next(whole.Length - 1))[..1].Clear();
            File.WriteAllBytes(path, damaged);
            File.Delete(Path.Combine(folder["run"], "scores.jsonl"));
            if (name == "embeddings.miwv") File.Delete(Path.Combine(folder["run"], "neighbors.bin"));
            try
            {
                Assert.Equal(first.Bytes, folder.Score(settings, folder["run"]).Bytes);
                same++;
            }
            catch (UserException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.Contains(name, e.Message, StringComparison.Ordinal);
                refused++;
                File.WriteAllBytes(path, whole);
            }
        }
        Assert.Equal(damages, same + refused);
        Assert.True(same > 0);
    }
}
