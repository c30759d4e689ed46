using System.Diagnostics;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>Where results may go: never over what the run is made of, and into pipes and devices without replacing them.</summary>
public sealed class OutputTests : IDisposable
{
    private const int Failure = 1, Stopped = 130;
    private readonly Scratch scratch = new();

    public OutputTests()
    {
        foreach (string name in new[] { "m.gguf", "e.gguf", "small.gguf", "judge.gguf" }) File.Copy(Checkout.Model, scratch[name]);
        scratch.Write("data.json", "[" + string.Join(",\n", Enumerable.Range(0, 8).Select(i => $$"""{"instruction": "Reverse the order of the words. {{i}} b", "output": "b {{i}}"}""")) + "]");
        scratch.Write("shown.json", File.ReadAllText(scratch["data.json"]));
        scratch.Write("template.txt", "{instruction}\n{output}");
        scratch.Write("settings.yaml", "model: m.gguf\n");
        scratch.Write("v.npy", "");
        Directory.CreateSymbolicLink(scratch["elsewhere"], scratch.Root);
    }

    public void Dispose()
    {
        Directory.Delete(scratch["elsewhere"]);
        scratch.Dispose();
    }

    private MiwvProcess.Result Run(string line) => MiwvProcess.Run(scratch.Root, line.Split(' '));

    [Theory]
    [InlineData("select data.json -m m.gguf", "data.json", "the input")]
    [InlineData("select data.json -m m.gguf", "m.gguf", "the model")]
    [InlineData("select data.json -m m.gguf -e e.gguf", "e.gguf", "the embedding model")]
    [InlineData("select data.json -m m.gguf --embeddings v.npy", "v.npy", "the file of the vectors")]
    [InlineData("select data.json -m m.gguf --demonstrations shown.json", "shown.json", "the file of the demonstrations")]
    [InlineData("select data.json -m m.gguf --template template.txt", "template.txt", "the template")]
    [InlineData("select data.json --config settings.yaml", "settings.yaml", "the file of the settings")]
    [InlineData("select data.json -m m.gguf --cascade small.gguf:50%", "small.gguf", "the cascade's model")]
    [InlineData("select data.json -m m.gguf --metric miwv,selectit --judges judge.gguf", "judge.gguf", "a judge's model")]
    [InlineData("embed data.json -m m.gguf", "m.gguf", "the model")]
    [InlineData("neighbors data.json -m m.gguf -e e.gguf", "e.gguf", "the embedding model")]
    [InlineData("probe data.json -m m.gguf", "m.gguf", "the model")]
    public void NoResultTakesThePlaceOfAnInput(string command, string file, string what)
    {
        byte[] before = File.ReadAllBytes(scratch[file]);
        string option = command.StartsWith("probe", StringComparison.Ordinal) ? "--copy" : "-o";
        File.CreateSymbolicLink(scratch["link"], scratch[file]);
        foreach (string name in new[] { file, Path.Combine("elsewhere", file), "link" })
            Assert.Equal($"miwv: {name}: is {what} itself; name another file", Run($"{command} --run run {option} {name}").OneLine(Failure));
        Assert.Equal(before, File.ReadAllBytes(scratch[file]));
        Assert.False(Directory.Exists(scratch["run"]));
    }

    [Fact]
    public void NoResultTakesThePlaceOfARunsFile()
    {
        const string select = "select data.json -m m.gguf --run run -q";
        Assert.Equal(0, Run(select).Code);
        string[] own = [.. Directory.GetFiles(scratch["run"]).Select(file => Path.GetFileName(file)), "live.json", "rows.map", "waves.json", "passes-2.journal", "index.hnsw", "run.json.new"];
        Assert.Contains("scores.jsonl", own);
        foreach (string name in own)
            Assert.Contains($"run/{name}: is a file of the run in ", Run($"{select} -o run/{name}").OneLine(Failure), StringComparison.Ordinal);
        // of any run, not only the one at work
        foreach (string command in new[] { "select data.json -m m.gguf --run another -q -o", "report run -o", "neighbors data.json -m m.gguf -q --run another -o" })
            Assert.Contains("elsewhere/run/scores.jsonl: is a file of the run in ", Run($"{command} elsewhere/run/scores.jsonl").OneLine(Failure), StringComparison.Ordinal);
        Assert.Contains("m.gguf: is the model itself", Run("report run -o m.gguf").OneLine(Failure), StringComparison.Ordinal);
        Assert.Equal(0, Run($"{select} -o run/selected.json").Code);
        Assert.Equal(0, Run("report run").Code);
        Assert.True(File.Exists(scratch["run/report.html"]));
    }

    [Fact]
    public void TwoResultsAreTwoFiles()
    {
        foreach (string more in new[] { "--axolotl out.json", "--dataset-info elsewhere/out.json", "--dataset-info x.json --axolotl x.json" })
            Assert.Contains("name two files", Run($"select data.json -m m.gguf --run run -o out.json {more}").OneLine(Failure), StringComparison.Ordinal);
        // the beginnings of a selection are outputs too
        scratch.Write("d-1.json", File.ReadAllText(scratch["data.json"]));
        Assert.Contains("d-1.json: is the input itself", Run("select d-1.json -m m.gguf --run run --nested 1 -o d.json").OneLine(Failure), StringComparison.Ordinal);
    }

    [Fact]
    public void PipesAndDevicesAreWrittenTo()
    {
        if (!OperatingSystem.IsLinux()) return;
        Pipe();
        Assert.Equal(0, Run("select data.json -m m.gguf --run run -q --top 3 -o out.json").Code);
        foreach (var (command, file) in new[] { ("select data.json -m m.gguf --run run -q --top 3", "out.json"), ("embed data.json -m m.gguf --run run", "v.npy"), ("neighbors data.json -m m.gguf --run run", "n.jsonl"), ("report run", "report.html") })
        {
            Assert.Equal(0, Run($"{command} -o {file}").Code);
            using var reader = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "cat pipe > got"]) { WorkingDirectory = scratch.Root })!;
            Assert.Equal(0, Run($"{command} -o pipe").Code);
            reader.WaitForExit();
            Assert.Equal(File.ReadAllBytes(scratch[file]), File.ReadAllBytes(scratch["got"]));
        }
        Assert.Equal("fifo", MiwvProcess.Shell(scratch.Root, "test -p pipe && printf fifo").Output);
        Assert.Contains("/dev/full: the selection cannot be written: No space left on device", Run("select data.json -m m.gguf --run run -q -o /dev/full").Error, StringComparison.Ordinal);
        // what is written is read again for these
        Assert.Contains("is a pipe or a device", Run("select data.json -m m.gguf --run run -o pipe --axolotl a.yaml").OneLine(Failure), StringComparison.Ordinal);
        Assert.Contains("is a pipe or a device", Run("select data.json -m m.gguf --run run -o o.json --dataset-info pipe").OneLine(Failure), StringComparison.Ordinal);
        Assert.Contains("is a pipe or a device", Run("probe data.json -m m.gguf --run run --copy pipe").OneLine(Failure), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void ASignalEndsTheWaitForAReader(string signal)
    {
        if (!OperatingSystem.IsLinux() || (signal == "INT" && !MiwvProcess.HearsInterrupts)) return;
        Pipe();
        Assert.Equal(0, Run("select data.json -m m.gguf --run run -q").Code);
        foreach (string command in new[] { "report run -o pipe", "select data.json -m m.gguf --run run -q -o pipe" })
        {
            using var miwv = MiwvProcess.Start(scratch.Root, command.Split(' '));
            Thread.Sleep(3_000);
            Assert.False(miwv.HasExited, "it did not wait for a reader");
            miwv.Signal(signal);
            Assert.Equal(Stopped, miwv.Wait().Code);
        }
    }

    [Fact]
    public void AReplacedSelectionKeepsItsMode()
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(scratch.Write("out.json", "old"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, Run("select data.json -m m.gguf --run run -q -o out.json").Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scratch["out.json"]));
        Assert.NotEqual("old", File.ReadAllText(scratch["out.json"]));
    }

    private void Pipe()
    {
        using var make = Process.Start("mkfifo", scratch["pipe"]);
        make.WaitForExit();
    }
}
