using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Judging;
using Miwv.Engine.Tests.Support;
using Miwv.Llama.Gguf;

namespace Miwv.Engine.Tests.Judging;

/// <summary>Rating metrics by several models in one run.</summary>
public sealed class JudgeTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AMetricIsTheWeightedMeanOfItsJudges()
    {
        string sample = Repository.Sample("tasks-llama.gguf"), random = folder.Model("tiny-llama-5k");
        var settings = Settings("miwv,selectit=2,deita_quality,alpagasus");
        double[] Alone(string model, string metric, string field) => Values(folder.Score(settings with { ModelPath = model, Metrics = metric }), field);
        double[] first = Alone(sample, "selectit=2", "selectit2"), second = Alone(random, "selectit=2", "selectit2"), quality = Alone(random, "deita_quality", "deita_quality");

        // weights as given; alpagasus has a judge of its own, so the two others do not rate it
        var given = folder.Score(settings with { Judges = Judge.ParseList($"{sample}:1,{random}:3,alpagasus={random}") });
        for (int i = 0; i < first.Length; i++) Same((first[i] + (3 * second[i])) / 4, Values(given, "selectit2")[i]);
        Same(first[2], Values(given, "selectit2_judge1")[2]);
        Assert.DoesNotContain("alpagasus_judge1", File.ReadAllText(Path.Combine(given.Directory, "scores.jsonl")), StringComparison.Ordinal);
        Assert.Equal(Values(given, "alpagasus"), Values(given, "alpagasus_judge3"));

        // weights by parameters; what has no judge is the scoring model's
        long a = GgufFile.Open(sample).ParameterCount, b = GgufFile.Open(random).ParameterCount;
        var counted = folder.Score(settings with { Judges = Judge.ParseList($"selectit={sample},selectit={random},deita_quality={random}") });
        for (int i = 0; i < first.Length; i++) Same(((a * first[i]) + (b * second[i])) / (a + b), Values(counted, "selectit2")[i]);
        for (int i = 0; i < first.Length; i++) Same(quality[i], Values(counted, "deita_quality")[i]);
        Assert.Equal(Values(folder.Score(settings with { Metrics = "miwv" }), "miwv"), Values(given, "miwv"));
    }

    /// <summary>Judges rate rows, whatever the scoring model shows them.</summary>
    [Fact]
    public void DemonstrationsAreTheScoringModelsAlone()
    {
        var settings = Settings("miwv,selectit=1") with { Judges = Judge.ParseList(Repository.Sample("tasks-llama.gguf")) };
        double[] expected = Values(folder.Score(settings), "selectit1");
        string shown = folder.Rows("shown.json", [new { instruction = "say one", output = "one" }, new { instruction = "say two", output = "two" }]);
        Assert.Equal(expected, Values(folder.Score(settings with { DemonstrationsPath = shown }), "selectit1"));
    }

    [Fact]
    public void EveryJudgeGoesOnWhereItWas()
    {
        string sample = Repository.Sample("tasks-llama.gguf");
        var settings = Settings("selectit=1") with { Judges = Judge.ParseList($"{sample}:2,{folder.Model("tiny-llama-5k")}:1") };
        Scores whole = folder.Score(settings);
        foreach (string judge in new[] { "1", "2" })
        {
            using (var file = File.OpenWrite(Path.Combine(whole.Directory, "judges", judge, "passes.journal"))) file.SetLength(file.Length / 2);
            Assert.Equal(whole.Bytes, folder.Score(settings, whole.Directory).Bytes);
        }
        Assert.Throws<UserException>(() => folder.Score(settings with { Judges = Judge.ParseList($"{sample}:2") }, whole.Directory));
    }

    [Fact]
    public void CriteriaShareTheRowsText()
    {
        long Tokens(string metrics)
        {
            using var run = MiwvRun.Open(Settings(metrics), folder[metrics], resume: false, null, folder.Warnings.Add, default);
            return run.Plan().Forest.NodeCount;
        }
        long one = Tokens("alpagasus"), other = Tokens("alpagasus_help"), both = Tokens("alpagasus,alpagasus_help");
        // what two criteria cost beyond one is the second question and nothing of the row
        Assert.InRange(both, Math.Max(one, other) + 1, one + other - Tokens("zero_nll") / 2);
        long single = Tokens("selectit=1");
        Assert.True(Tokens("selectit=5") < 5 * single);
    }

    [Theory]
    [InlineData("a.gguf:1,b.gguf")]
    [InlineData("a.gguf:0")]
    [InlineData("a.gguf:heavy")]
    [InlineData("selectit=")]
    public void NotJudges(string list) => Assert.StartsWith("--judges ", Assert.Throws<UserException>(() => Judge.ParseList(list)).Message, StringComparison.Ordinal);

    [Fact]
    public void AJudgeWithNothingToRateIsRefused()
    {
        string sample = Repository.Sample("tasks-llama.gguf");
        Assert.Contains("nothing for it to rate", Assert.Throws<UserException>(() => folder.Score(Settings("miwv") with { Judges = Judge.ParseList(sample) }, folder["refused"])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder["refused"], "live.json"))); // a run that is not opened does not say that it works
        Assert.Contains("lacks the rating metric deita", Assert.Throws<UserException>(() => folder.Score(Settings("selectit") with { Judges = Judge.ParseList($"deita={sample}") })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ListsReadBackAsWritten()
    {
        foreach (string list in new[] { "a.gguf,b.gguf", "deita_quality=q.gguf,x/b.gguf", "a.gguf:7,b.gguf:13.5", "C:/a.gguf:2" })
            Assert.Equal(list, Judge.ListOf(Judge.ParseList(list)));
    }

    private static RunSettings Settings(string metrics) => new()
    {
        DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), Limit = 16, Threads = 1, Exact = true, WaveTokens = 128, Metrics = metrics,
    };

    private static double[] Values(Scores scores, string field) =>
        [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty(field) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.NaN)];

    private static void Same(double expected, double found)
    {
        if (double.IsNaN(expected)) Assert.True(double.IsNaN(found));
        else Assert.InRange(found, expected - 1e-5, expected + 1e-5);
    }
}
