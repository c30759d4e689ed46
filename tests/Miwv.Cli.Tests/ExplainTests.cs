using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Miwv.Cli.Hosting;
using Miwv.Cli.Screen;
using Miwv.Engine.Results;

namespace Miwv.Cli.Tests;

public sealed class ExplainTests
{
    [Fact]
    public void The_tokens_of_a_row_add_up_to_its_losses()
    {
        string folder = Directory.CreateTempSubdirectory("miwv-explain-").FullName;
        Assert.Equal(0, Run(out _, out _, "select", TerminalTests.Samples, "--limit", "30", "--exact", "--run", folder + "/run"));
        var scores = File.ReadLines(folder + "/run/scores.jsonl").Select(line => JsonDocument.Parse(line).RootElement).Where(s => s.GetProperty("status").GetString() == "ok").Take(4).ToList();
        foreach (var score in scores)
        {
            Assert.Equal(0, Run(out string output, out _, "explain", folder + "/run", score.GetProperty("id").GetString()!, "--json"));
            var row = JsonDocument.Parse(output).RootElement;
            var tokens = row.GetProperty("tokens").EnumerateArray().ToList();
            Assert.Equal(score.GetProperty("n_answer").GetInt32(), tokens.Count);
            Assert.Equal(row.GetProperty("answer").GetString(), string.Concat(tokens.Select(t => t.GetProperty("text").GetString())).TrimStart(' '));
            Assert.Equal(score.GetProperty("zero_nll").GetDouble(), -tokens.Average(t => t.GetProperty("zero_logprob").GetDouble()), 1e-4);
            Assert.Equal(score.GetProperty("one_nll").GetDouble(), -tokens.Average(t => t.GetProperty("one_logprob").GetDouble()), 1e-4);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Without_the_model_the_rest_is_shown_and_said_so()
    {
        using var small = new SmallRun();
        Assert.Equal(0, Run(out string output, out string error, "explain", small.Folder, "row-0"));
        Assert.Contains("gone.gguf", error, StringComparison.Ordinal);
        Assert.Contains("rank 1 of 5, percentile 100.0", output, StringComparison.Ordinal);
        Assert.Contains("Hello, world.", output, StringComparison.Ordinal);
        Assert.Contains("neighbour row-1, cosine 0.9000", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("row-4", "the answer has no tokens")]
    [InlineData("row-5", "does not fit the model's window")]
    public void A_row_without_scores_says_why(string id, string why)
    {
        using var small = new SmallRun();
        Assert.Equal(0, Run(out string output, out _, "explain", small.Folder, id));
        Assert.Contains(why, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kept", "ok  scored", 5)]
    [InlineData("audit", "never selected", 5)]
    [InlineData("rejected", "the scoring model did not see it", 4)]
    public void A_row_of_a_cascade_says_what_the_small_model_made_of_it(string role, string why, int scored)
    {
        using var small = new SmallRun();
        string path = Path.Combine(small.Folder, "scores.jsonl");
        string[] lines = File.ReadAllLines(path);
        var first = JsonNode.Parse(lines[0])!.AsObject();
        first["cascade"] = role;
        File.WriteAllLines(path, [first.ToJsonString(), .. lines[1..]]);
        Assert.Equal(0, Run(out string output, out _, "explain", small.Folder, "row-0"));
        Assert.Contains(why, output, StringComparison.Ordinal);
        using var run = StoredRun.Open(small.Folder, default);
        var board = RowBoard.Of(run);
        Assert.Equal(scored, board.Scored);
        Assert.Equal(role == "rejected" ? "rejected" : "ok", board.Status(0));
        Assert.Equal(8, board.Statuses.Sum(status => status.Rows));
    }

    [Fact]
    public void An_unknown_id_and_a_missing_run_are_one_line()
    {
        using var small = new SmallRun();
        Assert.Equal(1, Run(out _, out string error, "explain", small.Folder, "nobody"));
        Assert.Contains("no row has the id nobody", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(1, Run(out _, out error, "report", small.Root));
        Assert.Contains("no run here", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static int Run(out string output, out string error, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tmux.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        error = errors.Result;
        return process.ExitCode;
    }
}
