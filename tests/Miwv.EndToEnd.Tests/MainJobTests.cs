using System.Text.Json;
using System.Text.Json.Nodes;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>The one command a person comes for.</summary>
public sealed class MainJobTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void TheSelectionHoldsTheBestRowsAsTheyStandInTheInput()
    {
        MiwvProcess.Result result = MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "210", "--top", "5%", "-o", scratch["selected.json"], "--run", scratch["run"], "--json", "-q");
        Assert.True(result.Code == 0, result.Error);
        JsonArray rows = JsonNode.Parse(File.ReadAllText(Checkout.Data))!.AsArray(), selected = JsonNode.Parse(File.ReadAllText(scratch["selected.json"]))!.AsArray();
        JsonNode[] lines = [.. File.ReadLines(Path.Combine(scratch["run"], "scores.jsonl")).Select(l => JsonNode.Parse(l)!)];
        Assert.Equal(210, lines.Length);
        for (int i = 0; i < lines.Length; i++) Assert.True(JsonNode.DeepEquals(rows[i]!["id"], lines[i]["id"]));

        // floor(0.05 x 210) of all rows read; highest first, ties in row order
        int[] best = [.. Enumerable.Range(0, 210).Where(i => (string?)lines[i]["status"] == "ok").OrderByDescending(i => (double)lines[i]["miwv"]!).ThenBy(i => i).Take(10)];
        Assert.Equal(10, selected.Count);
        for (int rank = 0; rank < 10; rank++) Assert.True(JsonNode.DeepEquals(rows[best[rank]], selected[rank]), $"rank {rank}");

        using JsonDocument summary = JsonDocument.Parse(result.Output);
        Assert.Equal(best.Select(i => (string)rows[i]!["id"]!), summary.RootElement.GetProperty("selection").GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
        Assert.Equal(210, summary.RootElement.GetProperty("summary").GetProperty("rows").GetInt32());
    }

    [Fact]
    public void StandardOutputCarriesTheSelectionAndNothingElse()
    {
        MiwvProcess.Result result = MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "40", "--top", "3", "-o", "-", "--run", scratch["run"]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(3, JsonNode.Parse(result.Output)!.AsArray().Count);
        Assert.Contains("plan: ", result.Error, StringComparison.Ordinal);
    }
}
