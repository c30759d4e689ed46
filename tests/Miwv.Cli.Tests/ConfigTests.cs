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
    public void Yaml_lines_are_flags_and_the_command_line_wins()
    {
        string file = Write("run.yaml", $"# a recipe\ndata: {TerminalTests.Samples}\nlimit: 999999   # too many\ntop: '3'\nexact: false\nrun: \"{folder}/y\"\n");
        Assert.Equal(0, Run(out string error, "select", "--config", file, "--limit", "40", "--json"));
        Assert.Equal(40, File.ReadLines(folder + "/y/scores.jsonl").Count());
        Assert.DoesNotContain("miwv: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c.json", "{\"limits\": 3}", "no setting \"limits\"")]
    [InlineData("c.json", "{\"limit\": [3]}", "limit is neither a text")]
    [InlineData("c.json", "{\"limit\": 3,\n oops", "c.json:2: not JSON")]
    [InlineData("c.json", "[]", "not a JSON object")]
    [InlineData("c.yaml", "limit: 3\n  nested: 4\n", "c.yaml:2: not a line")]
    [InlineData("c.yaml", "exact: perhaps\n", "exact is perhaps; it is true or false")]
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

    private static int Run(out string error, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tmux.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
