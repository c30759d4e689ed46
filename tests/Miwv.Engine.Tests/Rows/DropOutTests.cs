using System.Globalization;
using System.Text.RegularExpressions;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Rows;

/// <summary>Where many rows get no score the plan says why, and what it advises is true.</summary>
public sealed class DropOutTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunSettings Settings(IEnumerable<object> rows, int context, float[][]? vectors = null) => new()
    {
        DataPath = folder.Rows("rows.json", rows), ModelPath = folder.Model("tiny-llama", context), Template = "plain", Threads = 1, Exact = true,
        VectorsPath = vectors is null ? null : folder.Vectors("v.npy", vectors),
    };

    private RowStatus[] Plan(RunSettings settings, string name, out string? whyNothing)
    {
        folder.Warnings.Clear();
        using var run = MiwvRun.Open(settings, folder[name], warn: folder.Warnings.Add);
        run.Plan();
        run.Plan(); // said once
        whyNothing = run.WhyNoPasses();
        return run.Passes.Status;
    }

    [Theory]
    [InlineData("miwv")]
    [InlineData("zero_nll")]
    public void TheWindowThatIsAdvisedHoldsWhatItSays(string metric)
    {
        object[] rows = [.. Enumerable.Range(0, 60).Select(i => (object)new { instruction = "say " + string.Join(' ', Enumerable.Repeat("house", i)), output = $"{i}" })];
        // ready vectors, so that the examples stay when the window changes
        var settings = Settings(rows, 512, [.. Enumerable.Range(0, 60).Select(i => new float[] { MathF.Cos(i / 100f), MathF.Sin(i / 100f) })]) with { Metrics = metric, Window = 150 };
        int before = Plan(settings, "a", out string? why).Count(status => status == RowStatus.TooLong);
        Assert.Null(why);
        string warning = Assert.Single(folder.Warnings);
        var said = Regex.Match(warning, @"^(\d+) of 60 rows do not fit the window of 150 tokens \(too_long\): -c (\d+) holds (\d+) of them");
        Assert.True(said.Success, warning);
        Assert.Equal(metric == "miwv", warning.Contains("with the examples that they have now", StringComparison.Ordinal));
        int Number(int group) => int.Parse(said.Groups[group].Value, CultureInfo.InvariantCulture);
        Assert.Equal(before, Number(1));
        int after = Plan(settings with { Window = Number(2) }, "b", out _).Count(status => status == RowStatus.TooLong);
        Assert.Equal(Number(3), before - after);
        Assert.True(warning.Contains("; a model with a context of", StringComparison.Ordinal) || Number(3) >= 0.9 * before);
    }

    [Fact]
    public void WhereTheModelHasNoMoreAnotherModelIsNamed()
    {
        string text = string.Join(' ', Enumerable.Repeat("house", 300));
        RowStatus[] status = Plan(Settings([.. Enumerable.Range(0, 10).Select(i => (object)new { instruction = $"{i} {text}", output = "x" })], 128), "run", out string? why);
        Assert.All(status, own => Assert.Equal(RowStatus.TooLong, own));
        Assert.Equal("no row can be scored", why);
        string warning = Assert.Single(folder.Warnings);
        Assert.Matches(@"^10 of 10 rows do not fit the window of 128 tokens \(too_long\): a model with a context of \d+ tokens would hold nine in ten of them, this one was trained with 128$", warning);
    }

    [Fact]
    public void RowsWithoutAVectorAnAnswerOrSenseAreNamed()
    {
        object[] rows = [.. Enumerable.Range(0, 4).Select(i => (object)new { instruction = $"say {i}", output = "x" }), new { instruction = "a", output = "" }, new { instruction = 5, output = "x" }];
        Plan(Settings(rows, 512, [[1, 0], [0.5f, 0.5f], [0, 0], [0, 0], [1, 1], [1, 1]]), "run", out _);
        Assert.Equal(3, folder.Warnings.Count);
        Assert.StartsWith("1 of 6 rows cannot be used (error); the first, row 5: ", folder.Warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("1 of 6 rows have no answer (empty_answer)", folder.Warnings[1], StringComparison.Ordinal);
        Assert.Equal("2 of 6 rows have a vector of zeros (no_neighbor)", folder.Warnings[2]);
    }

    [Fact]
    public void AFewAreNotWorthALine()
    {
        object[] rows = [.. Enumerable.Range(0, 40).Select(i => (object)new { instruction = $"say {i}", output = i < 3 ? "" : "x" })];
        Plan(Settings(rows, 512), "run", out string? why);
        Assert.Null(why);
        Assert.Empty(folder.Warnings);
    }
}
