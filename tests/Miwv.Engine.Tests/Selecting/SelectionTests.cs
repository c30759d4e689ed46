using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Tests.Selecting;

/// <summary>Selections of a scored run by what the rows bring along, and at the edges.</summary>
public sealed class SelectionTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TagsOfTheRowsDecideTheSweep()
    {
        string data = Data("a, b", new[] { "b" }, "C", null, Array.Empty<string>(), "c,a,d");
        var request = new SelectionRequest(TopCount.Parse("6")) { Selector = Selector.Sweep, TagField = "tags" };
        // most tags first: 5 {c,a,d}, 0 adds b; then the sweep begins anew
        int[] chosen = Select(data, request);
        Assert.Equal([5, 0], chosen[..2]);
        Assert.Equal([1, 2], chosen[2..4].Order());
        Assert.Equal([3, 4], chosen[4..].Order());
        Assert.Contains("no row has tags", Assert.Throws<UserException>(() => Select(data, request with { TagField = "label" })).Message, StringComparison.Ordinal);
        Assert.Contains("--tags", Assert.Throws<UserException>(() => Select(Data(3, "a", "b", "c", "d", "e"), request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreThanThereAreGivesAllAndAGateThatLetsNothingThroughIsRefused()
    {
        string data = Data("a", "b", "c", "d", "e", "f");
        foreach (var selector in Enum.GetValues<Selector>())
        {
            var request = new SelectionRequest(TopCount.Parse("99")) { Selector = selector, Cap = 1.1, Clusters = 50 };
            Assert.Equal(6, Select(data, request).Distinct().Count());
            Assert.Contains("none of the 6 rows", Assert.Throws<UserException>(() => Select(data, request with { Gates = [Gate.Parse("miwv>1e9")] })).Message, StringComparison.Ordinal);
            Assert.Empty(Select(data, request with { TokenBudget = 1 }));
        }
    }

    [Fact]
    public void AMetricWithoutAnyValueIsRefused()
    {
        // all rows are held out, so that none is left to be rated by them
        string message = Assert.Throws<UserException>(() => Select(Data("a", "b", "c"), new SelectionRequest(TopCount.Parse("1")), "ica=9")).Message;
        Assert.Contains("no row has a value of ica", message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreNeighborsThanThereAreRowsIsSaid()
    {
        Assert.Equal(3, Select(Data("a", "b", "c"), new SelectionRequest(TopCount.Parse("3")), "miwv_k=10").Length);
        Assert.Contains("10 neighbours were asked for; rows have 2 at most", folder.Warnings);
    }

    private int[] Select(string data, SelectionRequest request, string metric = "miwv")
    {
        var settings = new RunSettings { DataPath = data, ModelPath = Repository.Sample("tasks-llama.gguf"), Metrics = metric, Threads = 1, Exact = true };
        using var run = MiwvRun.Open(settings, folder[Path.GetFileName(data) + ".run"], resume: false, null, folder.Warnings.Add, default);
        return [.. run.Select(run.Score(), request).Rows];
    }

    private string Data(params object?[] tags) =>
        folder.Rows($"{tags.Length}{tags[0]}.json", tags.Select((own, i) => (object)new { instruction = $"Write a recipe for soup {i}", input = "", output = $"Mix {i} onions", tags = own }));
}
