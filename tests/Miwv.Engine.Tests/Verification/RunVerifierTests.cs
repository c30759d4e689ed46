using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Tests.Support;
using Miwv.Engine.Verification;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Engine.Tests.Verification;

/// <summary>Verification holds for what the engine wrote in each of its modes, and for nothing else.</summary>
public sealed class RunVerifierTests : IDisposable
{
    private static readonly string[] Words = ["red", "box", "under", "the", "old", "tree", "sings", "now"];
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunSettings Settings(bool exact) => new()
    {
        // the third of each four rows is the first again; long answers have to be cut to the window
        DataPath = folder.Rows("rows.json", Enumerable.Range(0, 24).Select(i => i % 4 == 2 ? i - 2 : i)
            .Select(i => new { instruction = $"{Words[i % 8]} {Words[i * 3 % 8]}", output = string.Join(' ', Enumerable.Range(i, 2 + i % 5 * 8).Select(w => Words[w % 8])) })),
        ModelPath = folder.Model("tiny-llama", context: 220),
        Template = "plain",
        Threads = 1,
        Exact = exact,
    };

    private static VerifyReport Verify(string directory, int sample, int seed = 0)
    {
        using StoredRun run = StoredRun.Open(directory, default);
        return RunVerifier.Verify(run, sample, seed, null, null, default);
    }

    private static string Refusal(string directory) => Assert.Throws<UserException>(() => Verify(directory, 100)).Message;

    private static void Replaced(string directory, string line, string from, string to)
    {
        string file = Path.Combine(directory, "scores.jsonl");
        string[] lines = File.ReadAllLines(file);
        int at = Array.FindIndex(lines, l => l.Contains(line, StringComparison.Ordinal));
        Assert.Contains(from, lines[at], StringComparison.Ordinal);
        lines[at] = lines[at].Replace(from, to, StringComparison.Ordinal);
        File.WriteAllLines(file, lines);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public void WhatTheEngineWroteHolds(bool exact, bool eos, bool keepDuplicates)
    {
        Scores scores = folder.Score(Settings(exact) with { ScoreEos = eos, KeepDuplicates = keepDuplicates }, folder["run"]);
        Assert.Contains(scores.Lines, l => l.Cut);
        VerifyReport report = Verify(folder["run"], 100);
        int ok = scores.Lines.Count(l => l.Status == "ok");
        Assert.Equal((ok, ok, 2 * ok), (report.Rows, report.Scored, report.Losses));
        Assert.True(report.Holds, $"max {report.Max}, mean {report.Mean}");
        Assert.Equal(exact ? 1e-5 : 2e-2, report.Bound.Max);
        Assert.InRange(report.Mean, 0, report.Max);
    }

    [Fact]
    public void TheSeedDrawsTheRows()
    {
        folder.Score(Settings(true), folder["run"]);
        VerifyReport first = Verify(folder["run"], 3, seed: 1);
        Assert.Equal((3, 6), (first.Rows, first.Losses));
        Assert.Equal(first, Verify(folder["run"], 3, seed: 1));
    }

    [Fact]
    public void ALossThatIsAnotherIsFound()
    {
        Scores scores = folder.Score(Settings(true), folder["run"]);
        int row = Array.FindIndex(scores.Lines, l => l.Status == "ok");
        string loss = scores.Lines[row].One!.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        Replaced(folder["run"], $"\"one_nll\":{loss}", loss, (scores.Lines[row].One!.Value + 1e-4).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        VerifyReport report = Verify(folder["run"], 100);
        Assert.False(report.Holds);
        Assert.InRange(report.Max, 0.9e-4, 1.1e-4);
        Assert.Equal(scores.Lines[row].Id.Trim('"'), report.Worst.Text);
    }

    [Theory]
    [InlineData("\"demo_cut\":true", "\"demo_cut\":false", "demo_cut")]
    [InlineData("\"n_answer\":", "\"n_answer\":1", "n_answer")]
    public void ALineThatCannotBeIsRefused(string from, string to, string named)
    {
        folder.Score(Settings(true), folder["run"]);
        Replaced(folder["run"], from.EndsWith("true", StringComparison.Ordinal) ? from : "\"status\":\"ok\"", from, to);
        Assert.Contains(named, Refusal(folder["run"]), StringComparison.Ordinal);
    }

    [Fact]
    public void AChangedModelTemplateOrDataIsRefused()
    {
        File.WriteAllText(folder["own.txt"], "{instruction} -> ");
        RunSettings settings = Settings(true) with { Template = folder["own.txt"] };
        folder.Score(settings, folder["run"]);
        File.WriteAllText(folder["own.txt"], "{instruction} = ");
        Assert.Contains("own.txt: was changed since the run", Refusal(folder["run"]), StringComparison.Ordinal);
        byte[] model = File.ReadAllBytes(settings.ModelPath);
        model[^5] ^= 1;
        File.WriteAllBytes(settings.ModelPath, model);
        Assert.Contains(".gguf: was changed since the run", Refusal(folder["run"]), StringComparison.Ordinal);
        File.Delete(settings.ModelPath);
        Assert.Contains(".gguf", Refusal(folder["run"]), StringComparison.Ordinal);
        File.AppendAllText(settings.DataPath, "\n");
        Assert.Contains("rows.json: was changed since the run", Refusal(folder["run"]), StringComparison.Ordinal);
        File.Delete(settings.DataPath);
        Assert.Contains("rows.json", Refusal(folder["run"]), StringComparison.Ordinal);
    }

    [Fact]
    public void TheBoundIsTheModes()
    {
        File.WriteAllBytes(folder["gelu.gguf"], new GgufWriter().Add("general.architecture", "gpt2").AddTensor("token_embd.weight", GgufTensorType.F32, [32, 10], static (_, bytes) => bytes.Clear()).ToArray());
        GgufFile llama = GgufFile.Open(folder.Model("tiny-llama")), gpt2 = GgufFile.Open(folder["gelu.gguf"]);
        var settings = new RunSettings { DataPath = "", ModelPath = "", Exact = true };
        Assert.Equal((1e-5, 2e-3), (DifferenceBound.Of(settings, llama).Max, DifferenceBound.Of(settings, gpt2).Max));
        DifferenceBound usual = DifferenceBound.Of(settings with { Exact = false }, llama);
        Assert.Equal((2e-2, 2e-3), (usual.Max, usual.Mean));
    }
}
