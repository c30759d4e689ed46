using Miwv.Data;
using Miwv.Perf.Suite;
using Miwv.Perf.Suite.Comparing;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Tests;

public sealed class ResultTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-suite-tests-").FullName;

    [Fact]
    public void Baseline_and_history_read_back()
    {
        var result = Result.Of("2026-11-21 06:00", "a machine", [Measured.Of("gather", "sum", [(1.02, 1), (1.03, 1)]), Measured.Not("peer", "faiss", "not installed")]);
        string baseline = Path.Combine(folder, "baseline.json"), history = Path.Combine(folder, "history.jsonl");
        Assert.Null(Result.Read(baseline));
        Assert.Empty(Result.ReadAll(history));
        result.Write(baseline);
        result.AppendTo(history);
        (result with { Date = "later" }).AppendTo(history);
        Assert.Equal(new Dictionary<string, double> { ["gather"] = 1.02 }, Result.Read(baseline)!.Ratios);
        Assert.Equal(["2026-11-21 06:00", "later"], Result.ReadAll(history).Select(entry => entry.Date));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Date\":\"d\",\"Machine\":\"m\"}")]
    [InlineData("{\"Date\":\"d\",\"Machine\":\"m\",\"Ratios\":{\"a\":-1}}")]
    public void A_damaged_line_is_named(string line)
    {
        string history = Path.Combine(folder, "history.jsonl");
        File.WriteAllText(history, "{\"Date\":\"d\",\"Machine\":\"m\",\"Ratios\":{\"a\":1}}\n" + line + "\n");
        Assert.Contains("history.jsonl:2:", Assert.Throws<UserException>(() => Result.ReadAll(history)).Message);
    }

    [Fact]
    public void A_seeded_slow_down_repeats_a_part_of_the_work()
    {
        Slowdown.Seed("some benchmark:1.3");
        Assert.Equal(13, Slowdown.Times("some benchmark", 10));
        Assert.Equal(10, Slowdown.Times("another", 10));
    }

    [Theory]
    [InlineData("--slow", "gather")]
    [InlineData("--slow", "gather:0.9")]
    [InlineData("--slow", "gather:x")]
    [InlineData("--slow")]
    [InlineData("--fast")]
    [InlineData("--update", "--only", "gather")]
    public void Options_that_make_no_sense_are_refused(params string[] arguments) => Assert.Throws<UserException>(() => SuiteOptions.Parse(arguments));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
