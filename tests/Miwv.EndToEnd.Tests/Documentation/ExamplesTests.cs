using System.Text.Json.Nodes;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Documentation;

/// <summary>What the help and the README tell people to type does what it says.</summary>
public sealed class ExamplesTests : IDisposable
{
    // the sample's first rows are enough, and every command of a series must ask for as many
    private const string Few = " --limit 60";

    private readonly Scratch scratch = new();

    public ExamplesTests()
    {
        Directory.CreateSymbolicLink(scratch["samples"], Path.GetDirectoryName(Checkout.Data)!);
        Directory.CreateDirectory(scratch["bin"]);
        File.CreateSymbolicLink(scratch["bin/miwv"], Checkout.Program);
    }

    public void Dispose()
    {
        Directory.Delete(scratch["samples"]);
        scratch.Dispose();
    }

    [Fact]
    public void EveryCommandHasHelpWithExamplesAndEveryExampleRuns()
    {
        string[] commands = [.. Section(Help(""), "Commands:").Select(line => line.Split(' ')[0])];
        Assert.Contains("select", commands);
        Assert.Contains("completion", commands);
        var examples = Examples(Help("")).Select(line => ("", line)).Concat(commands.SelectMany(command => Examples(Help(command)).Select(line => (command, line)))).ToList();
        foreach (string command in commands) Assert.Contains(examples, example => example.Item1 == command && example.Item2.Contains("miwv " + command, StringComparison.Ordinal));
        foreach (var (command, line) in examples)
        {
            // it needs a terminal; the tests of the screen run it in one
            int expected = command == "view" ? 2 : 0;
            var result = Shell(HasData(line) ? line + Few : line);
            Assert.True(result.Code == expected, $"{line}: exit code {result.Code}: {result.Error}");
            if (expected == 2) Assert.Contains("needs a terminal", result.Error, StringComparison.Ordinal);
        }
        // the run's latest selection, that of chat.json, in the input's format
        Assert.Equal(Ids("chat.json"), Ids("again.json"));
        Assert.Equal(Ids("selected.json"), Ids("again.json").Take(3));
    }

    [Fact]
    public void EveryCommandOfTheReadmeRuns()
    {
        string[] lines = [.. File.ReadLines(Path.Combine(Checkout.Root, "README.md")).Select(line => line.Trim().TrimStart('$').Trim())
            .Where(line => line.StartsWith("scripts/miwv ", StringComparison.Ordinal) || line.StartsWith("miwv ", StringComparison.Ordinal))];
        Assert.True(lines.Length >= 4, string.Join('\n', lines));
        foreach (string line in lines)
        {
            // a reader's own files
            string own = line.Split(" #")[0].Replace("scripts/miwv", "miwv", StringComparison.Ordinal).Replace("data.json", "samples/tasks.json", StringComparison.Ordinal)
                .Replace("base.gguf", "samples/tasks-llama.gguf", StringComparison.Ordinal).Replace("bge-large-en.gguf", "samples/tasks-llama.gguf", StringComparison.Ordinal);
            var result = Shell(HasData(own) ? own + Few : own);
            Assert.True(result.Code == 0, $"{own}: exit code {result.Code}: {result.Error}");
        }
    }

    [Fact]
    public void TheLibrarySampleScoresAndGoesOn()
    {
        string[] arguments = [Checkout.Data, Checkout.Model, "60", scratch["lib"]];
        var first = MiwvProcess.Other(scratch.Root, Checkout.LibrarySample, arguments);
        Assert.True(first.Code == 0, first.Error + first.Output);
        Assert.Contains("60 rows scored, 0 without a score", first.Output, StringComparison.Ordinal);
        Assert.Contains("3 rows -> ", first.Output, StringComparison.Ordinal);
        byte[] selected = File.ReadAllBytes(scratch["lib/selected.json"]);
        var again = MiwvProcess.Other(scratch.Root, Checkout.LibrarySample, arguments);
        Assert.True(again.Code == 0, again.Error);
        Assert.Contains("60 rows scored", again.Output, StringComparison.Ordinal);
        Assert.Equal(selected, File.ReadAllBytes(scratch["lib/selected.json"]));
        var wrong = MiwvProcess.Other(scratch.Root, Checkout.LibrarySample, "none.json", Checkout.Model);
        Assert.Equal(1, wrong.Code);
        Assert.Single(wrong.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private IEnumerable<string> Ids(string file) => JsonNode.Parse(File.ReadAllText(scratch[file]))!.AsArray().Select(row => (string)row!["id"]!);

    private MiwvProcess.Result Shell(string line) => MiwvProcess.Other(scratch.Root, "/bin/bash", "-c", $"PATH={scratch["bin"]}:$PATH; {line}");

    private string Help(string command)
    {
        var result = Shell($"miwv {command} --help");
        Assert.True(result.Code == 0, $"{command} --help: {result.Error}");
        Assert.Equal("", result.Error);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.NotEmpty(Section(result.Output, "Description:"));
        return result.Output;
    }

    private static IEnumerable<string> Examples(string help) => Section(help, "Example:").Concat(Section(help, "Examples:"));

    private static List<string> Section(string help, string title) =>
        [.. help.Split('\n').SkipWhile(line => line.TrimEnd() != title).Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Where(line => !line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim())];

    private static bool HasData(string line) => line.Contains("samples/tasks.json", StringComparison.Ordinal) || line.Contains("--config", StringComparison.Ordinal) || line.Contains("--dataset ", StringComparison.Ordinal) || line.Contains("select axolotl.yaml", StringComparison.Ordinal);
}
