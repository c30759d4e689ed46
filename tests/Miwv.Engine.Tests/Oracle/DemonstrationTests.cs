using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Engine.Verification;
using Miwv.Llama;
using Miwv.PlainLoop;
using Loop = Miwv.Engine.Verification.PlainLoop;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>Demonstrations from another file: the neighbour is never a row of the data, and everything that reads a run knows where it stands.</summary>
public sealed class DemonstrationTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static object Row(string instruction, object output) => new { instruction, output };

    // the first shown row is identical to row 1, the second has no answer, the fourth is an error
    private RunSettings Settings(string metrics) => new()
    {
        DataPath = folder.Rows("data.json", [Row("Say hello to the man.", "Hello, man."), Row("Write the word cat.", "cat"), Row("Say nothing.", ""), Row("Write the words red and blue.", "red and blue")]),
        DemonstrationsPath = folder.Rows("shown.json", [Row("Write the word cat.", "cat"), Row("Say hello to the man.", ""), Row("Say hello to the woman.", "Hello, woman."), Row("Write the word red.", 5), Row("Write the word dog.", "dog")]),
        ModelPath = Repository.Sample("tasks-llama.gguf"), Threads = 1, Exact = true, WaveTokens = 128, Metrics = metrics,
    };

    private static JsonElement[] Lines(Scores scores) => [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public void TheNeighbourIsOfTheOtherFile()
    {
        var settings = Settings("miwv,recost=2,recost_gain=2,icl_ifd");
        Scores scores = folder.Score(settings);
        JsonElement[] lines = Lines(scores);
        Assert.Equal(["ok", "ok", "empty_answer", "ok"], lines.Select(line => line.GetProperty("status").GetString()));
        // ids of the other file; neither the row without an answer nor the one in error, and for row 1 not the one identical to it
        Assert.All(lines, line => Assert.Contains(line.GetProperty("neighbor").GetInt32(), (int[])[0, 2, 4]));
        Assert.NotEqual(0, lines[1].GetProperty("neighbor").GetInt32());

        using var run = StoredRun.Open(scores.Directory, default);
        var report = RunVerifier.Verify(run, 10, 0, null, null, default);
        Assert.True(report.Holds, $"{report.Max}");
        Assert.Equal(6, report.Losses);
        Assert.Equal(4 + lines[0].GetProperty("neighbor").GetInt32(), run.NeighborOf(0));

        LlamaLibrary.Load();
        using LlamaModel model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        using var loop = new Loop(model, model.TrainedContext, threads: 1, exact: true);
        using RowFile data = RowFile.Open(settings.DataPath), shown = RowFile.Open(settings.DemonstrationsPath!);
        // row 1 has two candidates left: both, the nearest next to it
        RowTokens own = RowTokens.Of(data.Read(1), model.Vocabulary);
        int nearest = lines[1].GetProperty("neighbor").GetInt32(), farther = nearest == 2 ? 4 : 2;
        int[] between = model.Vocabulary.Tokenize("\n\n"), context = [model.Vocabulary.Bos];
        foreach (int demonstration in new[] { farther, nearest })
        {
            RowTokens tokens = RowTokens.Of(shown.Read(demonstration), model.Vocabulary);
            context = [.. context, .. tokens.Prompt, .. tokens.Answer, .. between];
        }
        double loss = loop.Nll([.. context, .. own.Prompt, .. own.Answer], context.Length + own.Prompt.Length) / own.Answer.Length;
        Assert.Equal(loss, lines[1].GetProperty("recost2").GetDouble(), 1e-4);
        Assert.Equal(lines[1].GetProperty("zero_nll").GetDouble() - loss, lines[1].GetProperty("recost_gain2").GetDouble(), 1e-4);
        Assert.Equal(2, lines[1].GetProperty("recost2_shown").GetInt32());
    }

    [Fact]
    public void AChangedFileIsAnotherRun()
    {
        var settings = Settings("miwv");
        Scores scores = folder.Score(settings, folder["run"]);
        Assert.Equal(scores.Bytes, folder.Score(settings, folder["run"]).Bytes);
        File.AppendAllText(settings.DemonstrationsPath!, "\n");
        Assert.Contains("demonstrations", Assert.Throws<UserException>(() => folder.Score(settings, folder["run"])).Message, StringComparison.Ordinal);
        Assert.Contains("was changed", Assert.Throws<UserException>(() => StoredRun.Open(folder["run"], default)).Message, StringComparison.Ordinal);
        Assert.Contains("demonstrations", Assert.Throws<UserException>(() => folder.Score(settings with { DemonstrationsPath = null }, folder["run"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ifd")]
    [InlineData("miwv,wici")]
    [InlineData("miwv,knn_distance")]
    public void MetricsThatNeedTheDataItselfAreRefused(string metrics) =>
        Assert.Contains("--demonstrations", Assert.Throws<UserException>(() => folder.Score(Settings(metrics))).Message, StringComparison.Ordinal);
}
