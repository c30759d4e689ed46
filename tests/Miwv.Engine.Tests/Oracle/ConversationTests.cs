using System.Text.Json;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Engine.Verification;
using Miwv.Llama;
using Miwv.Metrics;
using Loop = Miwv.Engine.Verification.PlainLoop;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>Conversations: every assistant turn scored under its history, against a plain loop and against tokens written down here.</summary>
public sealed class ConversationTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static object Talk(params string[] turns) =>
        new { conversations = turns.Select((text, i) => new { from = i % 2 == 0 ? "human" : "gpt", value = text }) };

    private static readonly object[] Rows =
    [
        Talk("say one", "one", "and two", "two of these", "three", "three is more than two"),
        Talk("say a word", "a word", "once more", "a word and a word"),
        Talk("say nothing", "", "why", "because"),
        Talk("say one thing", "one thing"),
    ];

    private RunSettings Settings(string template = "chatml") => new()
    {
        DataPath = folder.Rows("talks.json", Rows), ModelPath = folder.Model(), VectorsPath = folder.Vectors("v.npy", [[1, 0], [0.9f, 0.1f], [0.8f, 0.3f], [0.1f, 0.9f]]),
        Template = template, Threads = 1, Exact = true,
    };

    private static JsonElement[] Lines(Scores scores) => [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    private static double[] Turns(JsonElement line, string name) => [.. line.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty(name).GetDouble())];

    [Theory]
    [InlineData("alpaca", TurnRule.Mean)]
    [InlineData("plain", TurnRule.Last)]
    [InlineData("chatml", TurnRule.Mean)]
    [InlineData("chatml", TurnRule.Sum)]
    public void TheLossesAreThoseOfAPlainLoop(string template, TurnRule rule)
    {
        Scores scores = folder.Score(Settings(template) with { Turns = rule });
        using var run = StoredRun.Open(scores.Directory, default);
        var report = RunVerifier.Verify(run, 10, 0, null, null, default);
        Assert.True(report.Holds, $"{report.Max}");
        Assert.Equal((4, 8), (report.Rows, report.Losses));
    }

    [Fact]
    public void TurnsByHand()
    {
        var settings = Settings();
        JsonElement line = Lines(folder.Score(settings))[0];
        LlamaLibrary.Load();
        using LlamaModel model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        var v = model.Vocabulary;
        using var loop = new Loop(model, 512, threads: 1, exact: true);
        int[] C(string text) => v.Tokenize(text, parseSpecial: true);
        int[] Said(string who, string text) => [.. C($"<|im_start|>{who}\n"), .. v.Tokenize(text), .. C("<|im_end|>\n")];
        int[] first = [v.Bos, .. Said("user", "say one"), .. C("<|im_start|>assistant\n")], one = v.Tokenize("one");
        int[] second = [.. first, .. one, .. C("<|im_end|>\n"), .. Said("user", "and two"), .. C("<|im_start|>assistant\n")], two = v.Tokenize("two of these");
        int[] third = [.. second, .. two, .. C("<|im_end|>\n"), .. Said("user", "three"), .. C("<|im_start|>assistant\n")], three = v.Tokenize("three is more than two");
        double[] nll = [loop.Nll([.. first, .. one], first.Length), loop.Nll([.. second, .. two], second.Length), loop.Nll([.. third, .. three], third.Length)];
        int[] count = [one.Length, two.Length, three.Length];
        for (int i = 0; i < 3; i++) Assert.Equal(nll[i] / count[i], Turns(line, "zero_nll")[i], 1e-5);
        Assert.Equal([1, 2, 3], Turns(line, "turn"));
        Assert.Equal(nll.Sum() / count.Sum(), line.GetProperty("zero_nll").GetDouble(), 1e-5);
        Assert.Equal(count.Sum(), line.GetProperty("n_answer").GetInt32());
    }

    [Fact]
    public void TheRulesAggregateTheSameTurns()
    {
        var settings = Settings() with { Metrics = "miwv,ifd,min_k=50" };
        JsonElement mean = Lines(folder.Score(settings))[0], sum = Lines(folder.Score(settings with { Turns = TurnRule.Sum }))[0], last = Lines(folder.Score(settings with { Turns = TurnRule.Last }))[0];
        double[] tokens = Turns(mean, "n_answer");
        foreach (string field in new[] { "zero_nll", "one_nll", "miwv", "ifd", "min_k50" })
        {
            double[] turns = Turns(mean, field);
            Assert.Equal(turns, Turns(sum, field));
            Assert.Equal(turns.Sum(), sum.GetProperty(field).GetDouble(), 1e-9);
            Assert.Equal(turns[^1], last.GetProperty(field).GetDouble(), 1e-6);
            if (field.Contains('_') && field != "min_k50") Assert.Equal(turns.Zip(tokens, (t, n) => t * n).Sum() / tokens.Sum(), mean.GetProperty(field).GetDouble(), 1e-9);
        }
        Assert.False(last.TryGetProperty("turns", out _));
    }

    [Fact]
    public void EmptyTurnsAreNotScoredAndSingleTurnsHaveNoList()
    {
        JsonElement[] lines = Lines(folder.Score(Settings()));
        Assert.All(lines, line => Assert.Equal("ok", line.GetProperty("status").GetString()));
        Assert.False(lines[2].TryGetProperty("turns", out _)); // only the second turn has tokens
        Assert.False(lines[3].TryGetProperty("turns", out _));
    }

    [Fact]
    public void AConversationIsOneSequence()
    {
        using var run = MiwvRun.Open(Settings() with { Metrics = "zero_nll" }, folder["plan"], resume: false, null, folder.Warnings.Add, default);
        var plan = run.Plan();
        long longest = Enumerable.Range(0, 4).Sum(row => (long)run.Passes.Passes.Length(run.Passes.ZeroShot[row]));
        Assert.Equal(3 + 2 + 1 + 1, plan.Forest.Count);
        Assert.Equal(longest, plan.Forest.PlainTokens);
        Assert.InRange(plan.Tokens, 1, longest);
    }

    [Fact]
    public void DeitaSumsTheProductsOfTheTurns()
    {
        var settings = Settings() with { ModelPath = Repository.Sample("tasks-llama.gguf"), Template = "alpaca", Metrics = "deita,deita_complexity,deita_quality" };
        JsonElement line = Lines(folder.Score(settings))[0];
        double[] products = [.. Turns(line, "deita_complexity").Zip(Turns(line, "deita_quality"), (c, q) => c * q)];
        Assert.Equal(products.Sum(), line.GetProperty("deita").GetDouble(), 1e-9);
        Assert.Equal(Turns(line, "deita_quality").Average(), line.GetProperty("deita_quality").GetDouble(), 1e-9);
        // a turn is rated as a row of its own with the same texts is
        var alone = settings with { DataPath = folder.Rows("one.json", [Talk("and two", "two of these"), Talk("x", "y")]), VectorsPath = folder.Vectors("w.npy", [[1, 0], [0, 1]]) };
        Assert.Equal(Lines(folder.Score(alone))[0].GetProperty("deita").GetDouble(), products[1], 1e-4);
    }

    [Fact]
    public void ALongDemonstrationEndsInAnEarlierAnswer()
    {
        string filler = string.Join(' ', Enumerable.Repeat("water", 40));
        object[] rows = [Talk("say one", "one"), Talk("say two", "two of these", filler, "the end")];
        var settings = Settings("plain") with { DataPath = folder.Rows("long.json", rows), VectorsPath = folder.Vectors("w.npy", [[1, 0], [0.9f, 0.1f]]), Window = 45 };
        Scores scores = folder.Score(settings);
        Assert.Equal(("ok", true), (scores.Lines[0].Status, scores.Lines[0].Cut));
        using var run = StoredRun.Open(scores.Directory, default);
        Assert.True(RunVerifier.Verify(run, 10, 0, null, null, default).Holds);
    }
}
