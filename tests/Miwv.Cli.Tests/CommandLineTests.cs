using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Miwv.Cli.Tests;

/// <summary>What a person may type, and the one line that says what was wrong or what it comes to.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly string Model = Path.ChangeExtension(TerminalTests.Samples, null) + "-llama.gguf";
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-line-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("select data.json -m x.gguf --cap 0,3", "--cap 0,3: is not a number; write decimals with a point")]
    [InlineData("probe data.json -m x.gguf --plant 10,5", "--plant 10,5: is not a number; write decimals with a point")]
    [InlineData("select data.json -m x.gguf --cap 1e", "--cap 1e: is not a number")]
    [InlineData("select data.json -m x.gguf --limit 1,000", "--limit 1,000: is not a whole number")]
    [InlineData("select data.json -m x.gguf --top 0.05", "--top 0.05: neither a share nor a number of rows; write 5% for a share, 5 for 5 rows")]
    [InlineData("select data.json -m x.gguf --top 0.001", "write 0.1% for a share, 1 for 1 row")]
    [InlineData("select data.json -m x.gguf --top 5.5", "write 5.5% for a share, 6 for 6 rows")]
    [InlineData("select data.json -m x.gguf --top 150.5", "a number of rows is a whole one, such as 150")]
    [InlineData("select data.json -m x.gguf --top 99999999999", "--top 99999999999: more rows than a file can have; 100% keeps them all")]
    [InlineData("select data.json -m a.gguf -m b.gguf", "-m: is there twice (a.gguf, b.gguf); give it once")]
    [InlineData("select data.json -m x.gguf --by ,", "--by \",\": a metric's name is missing")]
    [InlineData("neighbors data.json -m x.gguf --query a --duplicates 0.9", "--query and --duplicates 0.9: ")]
    [InlineData("score --from some/run --run some/../some/run", "--from some/run: a run cannot take passes from itself")]
    [InlineData("help selct", "help selct: no such command (the nearest is select)")]
    [InlineData("select --config none.yaml", "none.yaml: cannot be read: there is no such file")]
    [InlineData("select --config .", ".: cannot be read: it is a folder")]
    [InlineData("-v", "no command: name one, such as `miwv select data.json`")]
    public void AMistakeIsOneLine(string line, string expected)
    {
        Assert.Equal(2, Run(line.Split(' '), out string error, out string output));
        Assert.Equal("", output);
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNotThereAreSaidInPlainWords()
    {
        Assert.Equal(1, Run(["select", TerminalTests.Samples, "-m", Model, "--embeddings", "none.npy"], out string error, out _));
        Assert.EndsWith("none.npy: cannot be read: there is no such file\n", error, StringComparison.Ordinal);
        Assert.Equal(2, Run(["select", "none.yaml", "-m", Model], out error, out _));
        Assert.Equal("miwv: none.yaml: cannot be read: there is no such file\n", error);
    }

    [Fact]
    public void HelpIsAWordToo()
    {
        Assert.Equal(0, Run(["help", "select"], out _, out string word));
        Assert.Equal(0, Run(["select", "--help"], out _, out string option));
        Assert.Equal(option, word);
        Assert.Contains("miwv select [<data>] [options]", word, StringComparison.Ordinal);
        Assert.Equal(0, Run(["help"], out _, out word));
        Assert.Contains("Commands:", word, StringComparison.Ordinal);
        Assert.Equal(0, Run(["[suggest:5]", "miwv "], out _, out string completions));
        Assert.DoesNotContain("?", completions, StringComparison.Ordinal);
        Assert.DoesNotContain("/h", completions, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHasNoEffectIsSaid()
    {
        string few = Few("[", ",\n", "]");
        string[] select = ["select", few, "-m", Model, "--run", folder + "/run", "-t", "9999", "--cap", "0.5", "--clusters", "3", "--combine", "product", "-o", folder + "/out.jsonl"];
        Assert.Equal(0, Run(select, out string error, out _));
        foreach (string expected in new[] { "--cap: has no effect without --selector cosine-cap", "--clusters: has no effect", "--combine: has no effect", $"--threads 9999: there are {Environment.ProcessorCount} processors", "out.jsonl: will be a JSON array like the input" })
            Assert.Single(error.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal) && line.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(Environment.ProcessorCount, (int)JsonNode.Parse(File.ReadAllText(folder + "/run/run.json"))!["settings"]!["threads"]!);
        File.WriteAllText(folder + "/lines.jsonl", File.ReadAllText(Few("", "\n", "")));
        Assert.Equal(0, Run(["select", folder + "/lines.jsonl", "-m", Model, "--run", folder + "/lines", "-o", folder + "/out.json"], out error, out _));
        Assert.Contains("out.json: will be JSON Lines like the input", error, StringComparison.Ordinal);
        Assert.Equal(0, Run(["select", folder + "/lines.jsonl", "-m", Model, "--run", folder + "/lines", "-o", folder + "/out.jsonl.gz"], out error, out _));
        Assert.DoesNotContain("warning", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFirstOfTheRowsThatFailedIsNamed()
    {
        File.WriteAllText(folder + "/bad.json", """
            [{"instruction": "Reverse the words. a b", "output": "b a"}, {"instruction": "Reverse the words. c d", "output": "d c"},
            {"instruction": 5, "output": "d c"}, {"instruction": "x", "output": 7}, {"instruction": "x", "output": 7}]
            """);
        Assert.Equal(3, Run(["score", folder + "/bad.json", "-m", Model, "--run", folder + "/bad", "-q"], out string error, out _));
        Assert.EndsWith($"warning: {folder}/bad.json:2: row 2 (id 2) has no score: \"instruction\" is a number, not text; 2 more rows failed; {folder}/bad/scores.jsonl says why for each row\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ListsOfASettingsFileAreListsOfTheCommandLine()
    {
        File.WriteAllText(folder + "/c.yaml", $"data: {Few("[", ",", "]")}\nmodel: {Model}\nmetric: [miwv, ifd]\ngate: [ifd<=9, miwv<=9]\nnested: [1, 50%]\nrun: {folder}/list\noutput: {folder}/list.json\n");
        Assert.Equal(0, Run(["select", "--config", folder + "/c.yaml", "-q"], out string error, out _));
        Assert.Equal("", error);
        Assert.Contains("\"ifd\":", File.ReadLines(folder + "/list/scores.jsonl").First(), StringComparison.Ordinal);
        Assert.True(File.Exists(folder + "/list-1.json") && File.Exists(folder + "/list-50pct.json"));
    }

    [Fact]
    public void RunsNameTheMetricsAndRowsThatTheyHave()
    {
        using var run = new SmallRun();
        Assert.Equal(1, Run(["top", run.Folder, "--metric", "ifx"], out string error, out _));
        Assert.EndsWith("no row has a value of ifx (the nearest is ifd); there are miwv, ifd, zero_nll, one_nll\n", error, StringComparison.Ordinal);
        Assert.Equal(1, Run(["compare", run.Folder, "--metric", "miwv,zero_nll,ifx"], out error, out _));
        Assert.Contains("--metric ifx: no run has values of it (the nearest is ifd)", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(0, Run(["compare", run.Folder, "--top", "5000"], out _, out string output));
        Assert.Contains("the best 8 of 8 rows (by chance 100.0 %)", output, StringComparison.Ordinal);
        Assert.Equal(0, Run(["explain", run.Folder, "#1"], out _, out output));
        Assert.Contains("row-1", output, StringComparison.Ordinal);
        Assert.Equal(1, Run(["explain", run.Folder, "1"], out error, out _));
        Assert.Contains("the ids look like row-0, and #1 is the row at that position (row-1)", error, StringComparison.Ordinal);
        Assert.Equal(1, Run(["explain", run.Folder, "#8"], out error, out _));
        Assert.Contains("has 8 rows, #0 to #7", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunWithoutMiwvIsShownByWhatItHas()
    {
        using var run = new SmallRun();
        string scores = Path.Combine(run.Folder, "scores.jsonl");
        File.WriteAllLines(scores, File.ReadAllLines(scores).Select(line =>
        {
            var row = JsonNode.Parse(line)!;
            row["miwv"] = null;
            return row.ToJsonString();
        }));
        Assert.Equal(0, Run(["top", run.Folder, "--top", "2"], out string error, out string output));
        Assert.Equal("the run has no miwv; ranked by ifd\n", error);
        Assert.StartsWith("rank  ifd ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void SharedMetricsOfTwoRunsAreNotCrossedTwice()
    {
        using SmallRun one = new(), two = new();
        Assert.Equal(0, Run(["compare", one.Folder, two.Folder], out _, out string output));
        string[] pairs = [.. output.Split('\n').Skip(2).TakeWhile(line => !line.StartsWith("length", StringComparison.Ordinal))];
        Assert.Equal(6 + 4, pairs.Length); // four metrics with each other, and each with itself of the other run
        Assert.EndsWith("rank all rows alike\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void AStandardOutputThatTakesNothingIsNamed()
    {
        if (!OperatingSystem.IsLinux()) return; // /dev/full
        using var run = new SmallRun();
        Assert.Equal(1, Shell($"'{Tmux.Program}' top '{run.Folder}' >&-", out string error));
        Assert.Equal("miwv: stdout: is closed; send it to a file or to /dev/null\n", error);
        Assert.Equal(1, Shell($"'{Tmux.Program}' top '{run.Folder}' >/dev/full", out error));
        Assert.Equal("miwv: stdout: cannot be written: No space left on device\n", error);
    }

    [Fact]
    public void TheScriptRunsThroughLinks()
    {
        if (OperatingSystem.IsWindows()) return;
        // a checkout with nothing in it but the script and a program that is newer than all sources
        foreach (string part in new[] { "src", "native", "scripts", "artifacts/bin/Miwv.Cli/release", "bin" }) Directory.CreateDirectory(Path.Combine(folder, "it is", part));
        string root = Path.Combine(folder, "it is");
        string script = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(TerminalTests.Samples)!, "..", "scripts", "miwv"));
        File.Copy(script, root + "/scripts/miwv");
        File.WriteAllText(root + "/artifacts/bin/Miwv.Cli/release/miwv", "#!/bin/sh\necho \"ran $1\"\n");
        File.SetUnixFileMode(root + "/artifacts/bin/Miwv.Cli/release/miwv", (UnixFileMode)0b111_101_101);
        foreach (string file in new[] { "CMakeLists.txt", "Directory.Build.props", "Directory.Packages.props", "artifacts/built" }) File.WriteAllText(Path.Combine(root, file), "");
        File.CreateSymbolicLink(root + "/bin/relative", "../scripts/miwv");
        File.CreateSymbolicLink(root + "/bin/absolute", root + "/bin/relative");
        Directory.CreateSymbolicLink(folder + "/tools", root + "/scripts");
        foreach (string name in new[] { root + "/scripts/miwv", root + "/bin/relative", root + "/bin/absolute", folder + "/tools/miwv" })
        {
            Assert.Equal(0, Run(name, ["top"], out string error, out string output));
            Assert.Equal(("ran top\n", ""), (output, error));
        }
    }

    private string Few(string open, string between, string close)
    {
        string path = folder + "/few.json";
        File.WriteAllText(path, open + string.Join(between, Enumerable.Range(0, 6).Select(i => $$"""{"instruction": "Reverse the order of the words. {{i}} b", "output": "b {{i}}"}""")) + close);
        return path;
    }

    private int Shell(string line, out string error) => Run("/bin/sh", ["-c", line], out error, out _);

    private int Run(string[] arguments, out string error, out string output) => Run(Tmux.Program, arguments, out error, out output);

    private int Run(string program, string[] arguments, out string error, out string output)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var read = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        output = read.GetAwaiter().GetResult();
        return process.ExitCode;
    }
}
