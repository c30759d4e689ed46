using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Tests.Cascading;

/// <summary>A small model before the scoring model, against the run without one.</summary>
public sealed partial class CascadeTests : IDisposable
{
    private const int Rows = 60;
    private const double Bound = 1e-5;

    // a metric of every kind that looks at rows other than its own
    private const string Family = "miwv,miwv_k=3,ifd,icl_ifd,wici=3,s_ifd,grape,nuggets=5,ica=2,codec,min_k,selectit=2,mtld,knn_distance";

    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void KeepingAllIsTheRunWithoutACascade()
    {
        var settings = Settings(Family);
        Scores plain = folder.Score(settings), cascade = folder.Score(settings with { Cascade = Small("100%") });
        Assert.Equal(Encoding.UTF8.GetString(plain.Bytes), CascadeFields().Replace(Encoding.UTF8.GetString(cascade.Bytes), "}"));
    }

    [Fact]
    public void TheSameRowsHaveTheSameValues()
    {
        var settings = Settings(Family);
        JsonElement[] plain = Lines(folder.Score(settings)), cascade = Lines(folder.Score(settings with { Cascade = Small("30%", audit: 7) }));
        string[] fields = [.. plain[0].EnumerateObject().Select(p => p.Name).Where(name => name is not ("id" or "status" or "neighbor" or "demo_cut"))];
        var roles = cascade.Select(line => line.GetProperty("cascade").GetString()).ToList();
        Assert.Equal(7, roles.Count(role => role == "audit"));
        Assert.InRange(roles.Count(role => role == "kept"), 0.3 * Rows, 0.3 * Rows + plain.Count(line => line.GetProperty("miwv").ValueKind == JsonValueKind.Null));
        for (int i = 0; i < Rows; i++)
        {
            Assert.Equal(plain[i].GetProperty("status").GetString(), cascade[i].GetProperty("status").GetString());
            foreach (string field in fields)
            {
                JsonElement expected = plain[i].GetProperty(field), found = cascade[i].GetProperty(field);
                if (roles[i] == "rejected" && field is not ("cosine" or "n_answer")) Assert.Equal(JsonValueKind.Null, found.ValueKind);
                else if (expected.ValueKind == JsonValueKind.Null) Assert.Equal(JsonValueKind.Null, found.ValueKind);
                else Assert.True(Math.Abs(expected.GetDouble() - found.GetDouble()) <= Bound * Math.Max(1, Math.Abs(expected.GetDouble())), $"row {i} {field}: {found}, not {expected}");
            }
        }
    }

    [Fact]
    public void TheSmallModelsBestAreKept()
    {
        var settings = Settings("miwv") with { Cascade = Small("30%", audit: 0) };
        Scores scores = folder.Score(settings), small = new(Path.Combine(scores.Directory, "cascade"));
        Assert.Equal(small.Lines.Select(line => line.Miwv), Lines(scores).Select(line => line.GetProperty("cascade_miwv") is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : (double?)null));
        int[] best = [.. Enumerable.Range(0, Rows).Where(i => small.Lines[i].Miwv is not null).OrderByDescending(i => small.Lines[i].Miwv).ThenBy(i => i).Take((int)(0.3 * Rows))];
        var kept = Enumerable.Range(0, Rows).Where(i => Lines(scores)[i].GetProperty("cascade").GetString() == "kept");
        Assert.Equal(best.Order(), kept.Where(i => small.Lines[i].Miwv is not null));

        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(scores.Directory, "summary.json")));
        var root = summary.RootElement;
        Assert.True(root.GetProperty("tokens_computed").GetInt64() < 0.6 * root.GetProperty("cascade").GetProperty("tokens_without").GetInt64());
        var parts = root.GetProperty("compute").EnumerateArray().ToDictionary(p => p.GetProperty("part").GetString()!, p => 2.0 * p.GetProperty("parameters").GetInt64() * p.GetProperty("tokens").GetInt64());
        Assert.Equal(["score", "embed", "cascade"], parts.Keys);
        double training = 6.0 * 3 * root.GetProperty("training_tokens").GetInt64() * root.GetProperty("compute")[0].GetProperty("parameters").GetInt64();
        Assert.Equal(parts.Values.Sum() / training, root.GetProperty("compute_share").GetDouble(), 12);
    }

    [Fact]
    public void AuditOfAllRejectedRowsGivesTheRecallExactly()
    {
        var settings = Settings("miwv");
        Selection plain = Select(settings), audited = Select(settings with { Cascade = Small("40%", audit: Rows) }), unseen = Select(settings with { Cascade = Small("40%", audit: 0) });
        double recall = (double)plain.Rows.Intersect(audited.Rows).Count() / plain.Rows.Count;
        Assert.InRange(recall, 0.1, 0.9); // else it shows nothing
        Assert.Equal((recall, recall, recall), (audited.Recall!.Recall, audited.Recall.Low, audited.Recall.High));
        // auditing does not change the choice
        Assert.Equal(audited.Rows, unseen.Rows);
        Assert.Null(unseen.Recall);
        Assert.Null(plain.Recall);
    }

    [Fact]
    public void TornJournalsGiveTheSameFiles()
    {
        var settings = Settings("miwv,ifd") with { Cascade = Small("30%", audit: 5) };
        Scores whole = folder.Score(settings);
        byte[] summary = File.ReadAllBytes(Path.Combine(whole.Directory, "summary.json"));
        foreach (string[] torn in new[] { new[] { "passes.journal" }, ["cascade", "passes.journal"] })
        {
            using (var file = File.OpenWrite(Path.Combine([whole.Directory, .. torn]))) file.SetLength(file.Length / 2 + 3);
            Assert.Equal(whole.Bytes, folder.Score(settings, whole.Directory).Bytes);
            Assert.Equal(summary, File.ReadAllBytes(Path.Combine(whole.Directory, "summary.json")));
        }
        string message = Assert.Throws<UserException>(() => folder.Score(settings with { Cascade = settings.Cascade with { Keep = TopCount.Parse("31%") } }, whole.Directory)).Message;
        Assert.Contains("--cascade keeps: was 30%, is 31%", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("small.gguf")]
    [InlineData("small.gguf:")]
    [InlineData("small.gguf:0%")]
    [InlineData(":30%")]
    public void NotACascade(string text) => Assert.StartsWith($"--cascade {text}: ", Assert.Throws<UserException>(() => CascadeSettings.Parse(text, null)).Message, StringComparison.Ordinal);

    private CascadeSettings Small(string keep, int? audit = null)
    {
        small ??= folder.Model("tiny-llama-5k");
        return new CascadeSettings(small, TopCount.Parse(keep), audit);
    }

    private string? small;

    private Selection Select(RunSettings settings)
    {
        using var run = MiwvRun.Open(settings, folder[$"select{selections++}"], resume: false, null, folder.Warnings.Add, default);
        return run.Select(run.Score(), new SelectionRequest(TopCount.Parse("20%")));
    }

    private int selections;

    private static RunSettings Settings(string metrics) => new()
    {
        DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), Limit = Rows, Threads = 1, Exact = true, WaveTokens = 128, Metrics = metrics,
    };

    private static JsonElement[] Lines(Scores scores) => [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    [GeneratedRegex(",\"cascade\":\"kept\",\"cascade_miwv\":[^,}]+}")]
    private static partial Regex CascadeFields();
}
