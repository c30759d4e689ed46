using System.Text.Json;
using Miwv.Engine.Tests.Oracle;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Rows;

/// <summary>Every status there is, and which one a row gets if several apply.</summary>
public sealed class StatusTests : IDisposable
{
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("house", 600));
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunSettings Settings(object[] rows, float[][] vectors) => new()
    {
        DataPath = folder.Rows("rows.json", rows), ModelPath = folder.Model(context: 256), VectorsPath = folder.Vectors("v.npy", vectors),
        Template = "plain", Threads = 1, Exact = true,
    };

    [Fact]
    public void TheFirstThatAppliesIsTaken()
    {
        float[] a = [1, 0], b = [0.9f, 0.1f], none = [0, 0];
        (object Row, float[] Vector, string Status)[] cases =
        [
            (new { instruction = "say one", output = "one" }, a, "ok"),
            (new { instruction = "say two", output = "two" }, b, "ok"),
            (new { instruction = 5, output = "" }, none, "error:"),
            (new { instruction = "x", output = new[] { 1 } }, a, "error:"),
            (new { instruction = Long, output = "" }, none, "empty_answer"),
            (new { instruction = "x" }, a, "empty_answer"),
            (new { instruction = "x", output = (string?)null }, a, "empty_answer"),
            (new { instruction = Long, output = "x" }, none, "too_long"),
            (new { instruction = "unknown words", output = "x" }, none, "no_neighbor"),
            (new { instruction = string.Join(' ', Enumerable.Repeat("house", 200)), output = "x" }, [0.1f, 1], "too_long"),
            (new { instruction = "white space counts", output = " " }, a, "ok"),
        ];
        RunSettings settings = Settings([.. cases.Select(c => c.Row)], [.. cases.Select(c => c.Vector)]);
        Scores scores = folder.Score(settings);
        for (int i = 0; i < cases.Length; i++)
        {
            Scores.Line line = scores.Lines[i];
            Assert.StartsWith(cases[i].Status, line.Status, StringComparison.Ordinal);
            bool ok = line.Status == "ok";
            Assert.Equal((ok, ok, ok), (line.Zero.HasValue, line.One.HasValue, line.Miwv.HasValue));
            Assert.Equal(line.Neighbor is null, line.Cosine is null);
            Assert.Equal(cases[i].Status == "error:", line.Answer is null); // not known, and not 0
            // never an erroneous row, an empty answer or an unknown text
            Assert.True(line.Neighbor is null or "0" or "1" or "9" or "10", $"row {i} was shown row {line.Neighbor}");
        }
        Assert.True(scores.Lines[2].Status.Length > "error:".Length);

        using JsonDocument summary = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(scores.Directory, "summary.json")));
        var counts = summary.RootElement.GetProperty("status").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        Assert.Equal(new Dictionary<string, int> { ["ok"] = 3, ["error"] = 2, ["empty_answer"] = 3, ["too_long"] = 2, ["no_neighbor"] = 1 }, counts);
        Assert.Equal(11, summary.RootElement.GetProperty("rows").GetInt32());
    }

    [Fact]
    public void ARowThatIsTooLongMayStillBeShown()
    {
        // row 1 does not fit by itself, its prompt does: its answer is cut
        object[] rows = [new { instruction = "say one", output = "one" }, new { instruction = "say two", output = Long }, new { instruction = "say three", output = "three" }];
        RunSettings settings = Settings(rows, [[1, 0], [0.9f, 0.1f], [0.5f, 0.5f]]);
        Scores scores = folder.Score(settings);
        Assert.Equal(["ok", "too_long", "ok"], scores.Lines.Select(l => l.Status));
        Assert.Equal(("1", true), (scores.Lines[0].Neighbor, scores.Lines[0].Cut));
        Assert.InRange(PlainOracle.Compare(settings, scores, static (v, row) => v.Tokenize(row.Instruction + "\n")).Max, 0, 1e-5);
    }

    [Fact]
    public void ARunWithoutAScoreStillSaysWhy()
    {
        object[] rows = [new { instruction = Long, output = "x" }, new { instruction = "x", output = "" }];
        Scores scores = folder.Score(Settings(rows, [[1, 0], [0, 1]]));
        Assert.Equal(["too_long", "empty_answer"], scores.Lines.Select(l => l.Status));
    }

    [Fact]
    public void OneRowHasNoNeighbour()
    {
        Scores scores = folder.Score(Settings([new { instruction = "x", output = "y" }], [[1, 0]]));
        Assert.Equal("no_neighbor", Assert.Single(scores.Lines).Status);
    }
}
