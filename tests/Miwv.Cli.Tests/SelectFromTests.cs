using System.Diagnostics;

namespace Miwv.Cli.Tests;

/// <summary>A selection from a run that takes over the passes of another, and by what every run has.</summary>
public sealed class SelectFromTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-select-from-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_run_made_from_another_is_selected_from_in_every_way_it_can_be_named()
    {
        string[] data = ["select", TerminalTests.Samples, "--limit", "40"];
        Assert.Equal(0, Run(out _, [.. data, "--run", folder + "/base"]));
        string both = Selected([.. data, "--metric", "ifd,miwv", "--top", "7", "--run", folder + "/whole"]);

        Assert.Equal(0, Run(out _, "score", "--from", folder + "/base", "--metric", "ifd,miwv", "--run", folder + "/more"));
        byte[] scores = File.ReadAllBytes(folder + "/more/scores.jsonl");
        string[] top = ["--top", "7", "--run", folder + "/more"];
        Assert.Equal(both, Selected(["select", "--from", folder + "/base", "--metric", "ifd,miwv", .. top]));
        Assert.Equal(both, Selected(["select", .. top])); // the directory knows what it was made from
        Assert.Equal(both, Selected([.. data, "--metric", "ifd,miwv", .. top]));
        Assert.Equal(both, Selected(["select", "--config", folder + "/more/run.json", "--run", folder + "/more"]));
        Assert.Equal(0, Run(out string error, "select", "--config", folder + "/more/run.json", "--run", folder + "/again", "-o", folder + "/again.json"));
        Assert.Equal(both, File.ReadAllText(folder + "/again.json"));
        Assert.Contains("\"from\": \"" + folder + "/base\"", File.ReadAllText(folder + "/again/run.json"), StringComparison.Ordinal);
        Assert.Equal(scores, File.ReadAllBytes(folder + "/again/scores.jsonl"));
        Assert.Contains("plan: 40 passes", error, StringComparison.Ordinal); // the direct ones only

        Assert.Equal(0, Run(out string plan, "plan", "--from", folder + "/base", "--metric", "ifd,miwv", "--run", folder + "/plan"));
        Assert.DoesNotContain("refused", plan, StringComparison.Ordinal);
        Assert.Equal(2, Run(out error, "select", "--from", folder + "/base", "--template", "plain"));
        Assert.Contains("the finished run decides --template", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_other_metrics_says_how_to_keep_its_passes()
    {
        string[] data = ["select", TerminalTests.Samples, "--limit", "20", "--run", folder + "/base"];
        Assert.Equal(0, Run(out _, data));
        Assert.Equal(1, Run(out string error, [.. data, "--metric", "miwv,ifd"]));
        Assert.Contains($"(--metric: was miwv, is miwv,ifd); repeat it with the same, or name another --run directory; what it has computed is not computed again by: miwv select (or score) --from {folder}/base --metric miwv,ifd --run OTHER", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_every_row_has_can_be_ranked_by_without_computing_more()
    {
        string[] data = ["select", TerminalTests.Samples, "--limit", "30", "--top", "5", "--run", folder + "/run"];
        Assert.Equal(0, Run(out _, data));
        DateTime journal = File.GetLastWriteTimeUtc(folder + "/run/passes.journal");
        foreach (string by in new[] { "zero_nll", "one_nll", "n_answer", "cosine" })
        {
            Assert.Equal(0, Run(out _, [.. data, "--by", by]));
            Assert.Equal(journal, File.GetLastWriteTimeUtc(folder + "/run/passes.journal"));
        }
        Assert.Equal(0, Run(out _, [.. data, "--by", "miwv:2,n_answer", "--gate", "zero_nll<=100"]));
        Assert.Equal(2, Run(out string error, "select", TerminalTests.Samples, "--limit", "30", "--metric", "zero_nll", "--by", "miwv"));
        Assert.Contains("miwv: not among the metrics that are computed (zero_nll, n_answer)", error, StringComparison.Ordinal);
    }

    private string Selected(string[] arguments)
    {
        Assert.Equal(0, Run(out _, [.. arguments, "-o", folder + "/selected.json"]));
        return File.ReadAllText(folder + "/selected.json");
    }

    private static int Run(out string error, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tmux.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var read = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        read.Wait();
        return process.ExitCode;
    }
}
