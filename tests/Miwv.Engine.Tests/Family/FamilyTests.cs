using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Tests.Support;
using Miwv.Llama;
using Miwv.PlainLoop;
using Loop = Miwv.Engine.Verification.PlainLoop;

namespace Miwv.Engine.Tests.Family;

/// <summary>The other metrics beside MIWV: their passes against a plain loop, all in one forest against each alone, and rows at the edges.</summary>
public sealed class FamilyTests : IDisposable
{
    private const double Bound = 1e-4;

    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void LossMetricsEqualPlainPasses()
    {
        var settings = Settings("ifd,ifd_ppl,ifd_header,icl_ifd,rifd,zero_ppl,deita_complexity", 24);
        var lines = Lines(folder.Score(settings));
        using RowFile rows = RowFile.Open(settings.DataPath, new RowFileOptions { Limit = settings.Limit });
        LlamaLibrary.Load();
        using LlamaModel model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        using var loop = new Loop(model, model.TrainedContext, threads: 1, exact: true);
        var vocabulary = model.Vocabulary;
        int[] bos = vocabulary.AddsBos ? [vocabulary.Bos] : [], start = [vocabulary.Bos >= 0 ? vocabulary.Bos : vocabulary.Eos];
        double Loss(int[] context, int[] scored) => loop.Nll([.. context, .. scored], context.Length) / scored.Length;
        int compared = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (lines[i].GetProperty("status").GetString() != "ok") continue;
            Row row = rows.Read(i), other = rows.Read(Enumerable.Range(0, rows.Count).First(j => lines[j].GetProperty("id").GetRawText() == lines[i].GetProperty("neighbor").GetRawText()));
            RowTokens own = RowTokens.Of(row, vocabulary), shown = RowTokens.Of(other, vocabulary);
            int[] instruction = vocabulary.Tokenize(row.EmbeddingText);
            double conditional = Loss([.. bos, .. own.Prompt], own.Answer), alone = Loss(start, own.Answer);
            Same(conditional / alone, lines[i], "ifd");
            Same(Math.Exp(conditional - alone), lines[i], "ifd_ppl");
            Same(Math.Exp(conditional), lines[i], "zero_ppl");
            Same(conditional / Loss([.. bos, .. vocabulary.Tokenize("### Response:")], own.Answer), lines[i], "ifd_header");
            Same(Loss([.. bos, .. shown.Prompt, .. shown.Answer, .. vocabulary.Tokenize("\n\n"), .. own.Prompt], own.Answer) / alone, lines[i], "icl_ifd");
            int[] guess =
            [
                .. bos, .. vocabulary.Tokenize("Below is the response to an instruction, please guess the corresponding instruction for the given response.\n"),
                .. own.Answer, .. vocabulary.Tokenize("\nGenerate the instruction for the above response."),
            ];
            Same(Math.Exp(Loss(guess, instruction) - Loss(start, instruction)), lines[i], "rifd");
            int[] question = [.. bos, .. vocabulary.Tokenize($"You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: {row.EmbeddingText}  \n##Complexity: ")];
            double[] digits = [.. Enumerable.Range(1, 6).Select(s => Math.Exp(-Loss(question, [vocabulary.Tokenize($"\n{s}")[^1]])))];
            Same(digits.Select((p, s) => (s + 1) * p).Sum() / digits.Sum(), lines[i], "deita_complexity");
            compared++;
        }
        Assert.True(compared > 15);
    }

    private const string All = "miwv,miwv_k=3,ifd,icl_ifd,rifd,s_ifd,wici,wici_repo,codec,nuggets=6,ica=2,min_k,upd,hes,selectit=2,alpagasus";

    [Fact]
    public void TogetherTheyAreWhatEachIsAlone()
    {
        var together = Lines(folder.Score(Settings(All, 24)));
        foreach (string metric in All.Split(','))
        {
            var alone = Lines(folder.Score(Settings(metric, 24)));
            string field = alone[0].EnumerateObject().Select(p => p.Name).SkipWhile(name => name != "demo_cut").Skip(1).DefaultIfEmpty("miwv").First();
            int values = 0;
            for (int i = 0; i < alone.Length; i++)
            {
                // together a row needs a neighbour, alone maybe not
                if (together[i].GetProperty("status").GetString() != "ok" || alone[i].GetProperty(field).ValueKind == JsonValueKind.Null) continue;
                Same(alone[i].GetProperty(field).GetDouble(), together[i], field);
                values++;
            }
            Assert.True(values > 15, $"{field}: {values} values");
        }
    }

    [Fact]
    public void FromAFinishedRunOnlyWhatIsMissingIsComputed()
    {
        var first = folder.Score(Settings("miwv", 40) with { PerToken = true });
        var settings = Settings("miwv,min_k", 40) with { From = first.Directory };
        using (var run = MiwvRun.Open(settings, folder["same"], resume: false, null, folder.Warnings.Add, default)) Assert.Equal(0, run.Plan().Tokens);
        var lines = Lines(folder.Score(settings, folder["same"]));
        Assert.Contains(lines, line => line.GetProperty("min_k20").ValueKind == JsonValueKind.Number);
        Assert.Equal(Lines(first).Select(line => line.GetProperty("miwv").GetRawText()), lines.Select(line => line.GetProperty("miwv").GetRawText()));

        var (more, alone) = (Settings("miwv,ifd", 40) with { From = first.Directory }, Settings("miwv,ifd", 40));
        using (var run = MiwvRun.Open(more, folder["more"], resume: false, null, folder.Warnings.Add, default)) Assert.InRange(run.Plan().Forest.Count, 1, 40);
        foreach (var (line, expected) in Lines(folder.Score(more, folder["more"])).Zip(Lines(folder.Score(alone))))
            if (expected.GetProperty("ifd").ValueKind == JsonValueKind.Number) Same(expected.GetProperty("ifd").GetDouble(), line, "ifd");
        Assert.Throws<UserException>(() => folder.Score(Settings("ifd", 40) with { From = first.Directory, Exact = false }));
    }

    [Theory]
    [InlineData("miwv,ifd,wici")]
    [InlineData("nuggets=30")]
    public void SharingHalvesTheTokens(string metrics)
    {
        var scores = folder.Score(Settings(metrics, 120));
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(scores.Directory, "summary.json")));
        long alone = summary.RootElement.GetProperty("metrics").EnumerateArray().Sum(m => m.GetProperty("tokens_alone").GetInt64());
        Assert.True(alone >= 2 * summary.RootElement.GetProperty("tokens_computed").GetInt64());
    }

    [Fact]
    public void EdgeRowsHaveAStatusOrNoValue()
    {
        string data = folder.Rows("edge.json",
        [
            new { instruction = "Say hello.", input = "", output = "Hello there." },
            new { instruction = "Say nothing.", input = "", output = "" },
            new { instruction = "Say a word.", input = "", output = "a" },
            new { instruction = "Say very much.", input = "", output = string.Join(' ', Enumerable.Repeat("word", 4000)) },
            new { instruction = "Say hello again.", input = "", output = "Hello there, again." },
        ]);
        var lines = Lines(folder.Score(Settings("miwv_k=50,ifd,wici,nuggets=100,codec,ica=1,s_ifd,min_k", 5) with { DataPath = data }));
        Assert.Equal(["ok", "empty_answer", "ok", "too_long", "ok"], lines.Select(l => l.GetProperty("status").GetString()));
        foreach (var line in lines)
        {
            var fields = line.EnumerateObject().SkipWhile(p => p.Name != "demo_cut").Skip(1).ToList();
            if (line.GetProperty("status").GetString() != "ok") Assert.All(fields, p => Assert.Equal(JsonValueKind.Null, p.Value.ValueKind));
            else Assert.Contains(fields, p => p.Value.ValueKind == JsonValueKind.Number);
        }
        // too short for CoDeC's skipped tokens
        Assert.Equal(JsonValueKind.Null, lines[2].GetProperty("codec").ValueKind);
    }

    [Fact]
    public void ATornJournalWithValuesGivesTheSameFile()
    {
        var settings = Settings("miwv,upd,s_ifd,deita", 40);
        var whole = folder.Score(settings);
        string journal = Path.Combine(whole.Directory, "passes.journal");
        using (var file = File.OpenWrite(journal)) file.SetLength(file.Length / 2 + 3);
        Assert.Equal(whole.Bytes, folder.Score(settings, whole.Directory).Bytes);
    }

    private static RunSettings Settings(string metrics, int limit) => new()
    {
        DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), Limit = limit, Threads = 1, Exact = true, WaveTokens = 128, Metrics = metrics,
    };

    private static void Same(double expected, JsonElement line, string field) =>
        Assert.InRange(line.GetProperty(field).GetDouble(), expected - Bound * Math.Max(1, Math.Abs(expected)), expected + Bound * Math.Max(1, Math.Abs(expected)));

    private static JsonElement[] Lines(Scores scores) => [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
}
