using System.Text.Json;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>
/// A card that runs out of memory: the CPU passes for one (native/tests/fake_card.cpp), and llama_decode fails as it would there.
/// Smaller waves or one clear line, never a crash, never another number.
/// </summary>
public sealed class FullCardTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void WavesThatDoNotFitBecomeSmaller()
    {
        if (!OperatingSystem.IsLinux()) return; // the fake is built there only
        double[] whole = Losses("whole", "");
        MiwvProcess.Result result = Score("small", "MIWV_FAIL_ABOVE=512");
        Assert.Equal(0, result.Code);
        Assert.Contains("a wave of 2048 tokens could not be computed: llama_decode returned -2; trying one context", result.Error, StringComparison.Ordinal);
        Assert.Contains("trying waves of 512 tokens", result.Error, StringComparison.Ordinal);
        AssertClose(whole, Losses("small"));
        using var waves = JsonDocument.Parse(File.ReadAllText(scratch[Path.Combine("small", "waves.json")]));
        Assert.Equal(512, waves.RootElement.GetProperty("tokens").GetInt32());
        Assert.Equal("Fake card", waves.RootElement.GetProperty("device").GetString());
    }

    [Fact]
    public void AWaveThatFailsLaterIsComputedPassByPass()
    {
        if (!OperatingSystem.IsLinux()) return;
        double[] whole = Losses("whole", "");
        // embedding takes the first decodes, then each context tries its largest wave; by the twelfth there are results
        MiwvProcess.Result result = Score("split", "MIWV_FAIL_CALL=12", "-ub 256");
        Assert.Equal(0, result.Code);
        Assert.Contains("1 waves did not fit into the memory of the device", result.Error, StringComparison.Ordinal);
        AssertClose(whole, Losses("split"));
    }

    [Fact]
    public void ALibraryThatGivesUpLeavesOneLineAndARunToGoOnWith()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Equal(0, Score("whole", "", "-ub 256").Code);
        string line = Score("given-up", "MIWV_ABORT_CALL=11", "-ub 256").OneLine(1);
        Assert.Contains("out of memory", line, StringComparison.Ordinal);
        Assert.Contains("go on with --resume", line, StringComparison.Ordinal);
        Assert.Equal(0, Score("given-up", "", "-ub 256 --resume").Code);
        Assert.Equal(File.ReadAllBytes(scratch[Path.Combine("whole", "scores.jsonl")]), File.ReadAllBytes(scratch[Path.Combine("given-up", "scores.jsonl")]));
    }

    [Fact]
    public void NothingThatFitsIsOneLine()
    {
        if (!OperatingSystem.IsLinux()) return;
        Losses("begun", "");
        File.Delete(scratch[Path.Combine("begun", "scores.jsonl")]);
        File.WriteAllBytes(scratch[Path.Combine("begun", "passes.journal")], File.ReadAllBytes(scratch[Path.Combine("begun", "passes.journal")])[..^100]);
        string line = Score("begun", "MIWV_FAIL_ABOVE=64", "--resume").OneLine(1);
        Assert.Contains("the waves of this run do not fit now", line, StringComparison.Ordinal);
    }

    private MiwvProcess.Result Score(string run, string faults, string more = "") => MiwvProcess.Shell(scratch.Root,
        $"{faults} exec \"$MIWV\" score '{Checkout.Data}' --limit 24 -t 1 --exact --run {run} --llama-dir '{Path.Combine(Checkout.FakeLibraries!, "card")}' {more}");

    private double[] Losses(string run, string faults)
    {
        Assert.Equal(0, Score(run, faults).Code);
        return Losses(run);
    }

    private double[] Losses(string run) =>
        [.. File.ReadLines(scratch[Path.Combine(run, "scores.jsonl")]).SelectMany(line =>
        {
            using var json = JsonDocument.Parse(line);
            return new[] { json.RootElement.GetProperty("zero_nll").GetDouble(), json.RootElement.GetProperty("one_nll").GetDouble() };
        })];

    private static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(48, expected.Length);
        foreach (var (a, b) in expected.Zip(found)) Assert.Equal(a, b, 1e-5);
    }
}
