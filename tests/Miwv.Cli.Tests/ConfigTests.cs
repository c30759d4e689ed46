using System.Diagnostics;
using Miwv.Cli.Hosting;

namespace Miwv.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-config-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_runs_own_file_repeats_it()
    {
        string judge = Path.ChangeExtension(TerminalTests.Samples, null) + "-llama.gguf";
        Assert.Equal(0, Run(out _, "select", TerminalTests.Samples, "--limit", "40", "--exact", "--metric", "miwv,ifd,selectit=1,alpagasus", "--judges", $"{judge}:2,{judge}:1,alpagasus={judge}", "--run", folder + "/a"));
        Assert.Equal(0, Run(out _, "select", "--config", folder + "/a/run.json", "--run", folder + "/b"));
        Assert.Equal(File.ReadAllBytes(folder + "/a/run.json"), File.ReadAllBytes(folder + "/b/run.json"));
        Assert.Equal(File.ReadAllBytes(folder + "/a/scores.jsonl"), File.ReadAllBytes(folder + "/b/scores.jsonl"));
    }

    [Fact]
    public void A_cascades_own_file_repeats_it()
    {
        string small = Path.ChangeExtension(TerminalTests.Samples, null) + "-llama.gguf";
        Assert.Equal(0, Run(out _, "select", TerminalTests.Samples, "--limit", "40", "--cascade", small + ":25%", "--audit", "3", "--run", folder + "/a"));
        Assert.Equal(0, Run(out _, "select", "--config", folder + "/a/run.json", "--run", folder + "/b"));
        Assert.Equal(File.ReadAllBytes(folder + "/a/run.json"), File.ReadAllBytes(folder + "/b/run.json"));
        Assert.Equal(File.ReadAllBytes(folder + "/a/scores.jsonl"), File.ReadAllBytes(folder + "/b/scores.jsonl"));
    }

    [Fact]
    public void A_runs_own_file_repeats_its_latest_selection()
    {
        string[] first = ["select", TerminalTests.Samples, "--limit", "40", "--metric", "miwv,ifd", "--run", folder + "/a"];
        Assert.Equal(0, Run(out _, [.. first, "-o", folder + "/first.json"]));
        Assert.Equal(0, Run(out _, [.. first, "--top", "7", "--gate", "ifd<=3", "--gate", "miwv<=5", "--selector", "cosine-cap", "--cap", "0.8", "-o", folder + "/a.json"]));
        Assert.Equal(0, Run(out _, "select", "--config", folder + "/a/run.json", "--run", folder + "/b", "-o", folder + "/b.json"));
        Assert.NotEqual(File.ReadAllBytes(folder + "/first.json"), File.ReadAllBytes(folder + "/a.json"));
        Assert.Equal(File.ReadAllBytes(folder + "/a.json"), File.ReadAllBytes(folder + "/b.json"));
        foreach (string name in new[] { "run.json", "scores.jsonl", "summary.json" })
            Assert.Equal(File.ReadAllBytes($"{folder}/a/{name}"), File.ReadAllBytes($"{folder}/b/{name}"));
        Assert.Equal(0, Run(out _, "top", "--config", Write("top.yaml", $"run: {folder}/a\ntop: 2\nmetric: ifd\n")));
        Assert.Equal(0, Run(out _, "score", "--from", folder + "/a", "--metric", "miwv,zero_ppl", "--run", folder + "/c"));
        Assert.Equal(0, Run(out string error, "score", "--config", folder + "/c/run.json", "--run", folder + "/d"));
        Assert.DoesNotContain("miwv: ", error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder + "/c/scores.jsonl"), File.ReadAllBytes(folder + "/d/scores.jsonl"));
    }

    [Theory]
    [InlineData("--run: its value is empty", "select", "data.json", "--run", "")]
    [InlineData("-o: its value is empty", "embed", "data.json", "-o", "")]
    [InlineData("select: <data> is empty", "select", "", "-m", "x.gguf")]
    [InlineData("--config: name a file", "select", "data.json", "--config", "")]
    [InlineData("--llama-dir: its value is empty", "select", "data.json", "--llama-dir", "")]
    [InlineData("M = 1; 2 to 256 is possible", "index", "data.json", "-m", "x.gguf", "--hnsw-m", "1")]
    [InlineData("--cap: a cosine is above -1 and at most 1", "select", "data.json", "-m", "x.gguf", "--cap", "NaN")]
    [InlineData("must be above 0 and at most 100", "select", "data.json", "-m", "x.gguf", "--metric", "min_k=NaN")]
    public void A_value_that_no_run_can_have_is_one_line(string expected, params string[] arguments)
    {
        Assert.Equal(2, Run(out string error, arguments));
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_in_quotes_may_have_a_comment_behind_them()
    {
        string file = Write("quoted.yaml", $"run: \"{folder}/none\" # the run\ntop: # as ever\n");
        Assert.Equal(1, Run(out string error, "top", "--config", file));
        Assert.Contains($"{folder}/none: no run here", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_is_not_written_over_and_not_shown_changed()
    {
        string data = folder + "/rows.json", model = Path.ChangeExtension(TerminalTests.Samples, null) + "-llama.gguf";
        byte[] rows = System.Text.Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, 8).Select(i => $$"""{"id": "\u001b[31m{{i}}", "instruction": "say {{i}}", "output": "{{i}}"}""")) + "]");
        File.WriteAllBytes(data, rows);
        foreach (string[] command in (string[][])[["embed", data, "-m", model, "-o", data], ["neighbors", data, "-m", model, "-o", data], ["probe", data, "-m", model, "--copy", data]])
        {
            Assert.Equal(1, Run(out string error, [.. command, "--run", folder + "/a"]));
            Assert.Contains("is the input itself", error, StringComparison.Ordinal);
        }
        Assert.Equal(rows, File.ReadAllBytes(data));
        Assert.Equal(0, Run(out _, out string texts, "score", data, "-m", model, "--run", folder + "/b", "--write-out", "3"));
        Assert.Contains("[31m0", texts, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", texts, StringComparison.Ordinal);
        Assert.Equal(0, Run(out _, "score", data, "-m", model, "--run", folder + "/b"));
        File.WriteAllText(data, System.Text.Encoding.UTF8.GetString(rows).Replace("say 3", "say x", StringComparison.Ordinal));
        Assert.Equal(1, Run(out string changed, "top", folder + "/b"));
        Assert.Contains("was changed since the run", changed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select data.json --limt 3", "--limt: select has no such option (the nearest is --limit)")]
    [InlineData("selct data.json", "selct: no such command (the nearest is select)")]
    [InlineData("select data.json --limit many", "--limit many: is not a whole number")]
    [InlineData("select data.json --limit", "--limit: its value is missing, N")]
    [InlineData("select a.json b.json", "b.json: one argument too many for select")]
    [InlineData("top", "top: <run> is missing")]
    [InlineData("select --config a.json --config b.json", "--config: is there twice")]
    public void A_bad_command_line_is_one_line_with_the_nearest_word(string line, string expected)
    {
        Assert.Equal(2, Run(out string error, line.Split(' ')));
        Assert.Contains(expected, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Yaml_lines_are_flags_and_the_command_line_wins()
    {
        string file = Write("run.yaml", $"# a recipe\ndata: {TerminalTests.Samples}\nlimit: 999999   # too many\ntop: '3'\ngate: [\"miwv<=9\", 'miwv<=8']\nexact: false\nrun: \"{folder}/y\"\n");
        Assert.Equal(0, Run(out string error, "select", "--config", file, "--limit", "40", "--json"));
        Assert.Equal(40, File.ReadLines(folder + "/y/scores.jsonl").Count());
        Assert.DoesNotContain("miwv: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c.json", "{\"limits\": 3}", "no setting \"limits\" (the nearest is limit)")]
    [InlineData("c.yaml", "gate: [ifd<=1\n", "c.yaml:1: not a list")]
    [InlineData("c.yaml", "limit: 3\nlimit: 4\n", "limit is there twice")]
    [InlineData("c.yaml", "limit: 3.5\n", "limit is 3.5; it has to be a whole number")]
    [InlineData("c.json", "{\"limit\": [3, 4]}", "limit has 2 values")]
    [InlineData("c.json", "{\"limit\": 3,\n oops", "c.json:2: not JSON")]
    [InlineData("c.json", "[]", "not a JSON object")]
    [InlineData("c.yaml", "limit: 3\n  nested: 4\n", "c.yaml:2: not a line")]
    [InlineData("c.yaml", "exact: perhaps\n", "exact is perhaps; it has to be true or false")]
    [InlineData("c.yaml", "model: m.gguf\nembedder: e.gguf\nembeddings: e.npy\n", "--embedder and --embeddings: give either")]
    [InlineData("c.yaml", "exact: true\nflash-attn: on\n", "--exact and --flash-attn on")]
    [InlineData("c.yaml", "output: \"-\"\nmodel: m.gguf\njson: true\n", "-o - and --json: both want stdout")]
    [InlineData("c.yaml", "quiet: true\nverbose: true\n", "--quiet and --verbose: give one")]
    [InlineData("c.yaml", "limit: many\n", "many")]
    public void A_bad_file_is_one_line(string name, string text, string expected)
    {
        Assert.Equal(2, Run(out string error, "select", "data.json", "--config", Write(name, text)));
        Assert.Contains(expected, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_one_line()
    {
        Assert.Equal(2, Run(out string error, "select", "--config", folder + "/none.json"));
        Assert.Contains("none.json: cannot be read", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
        return Path.Combine(folder, name);
    }

    private static int Run(out string error, params string[] arguments) => Run(out error, out _, arguments);

    private static int Run(out string error, out string output, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tmux.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var read = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        output = read.Result;
        return process.ExitCode;
    }
}
