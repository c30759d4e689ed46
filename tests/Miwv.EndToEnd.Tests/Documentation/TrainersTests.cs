using System.Text.Json.Nodes;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Documentation;

/// <summary>From a trainer's configuration to the trainer, and the texts that are scored on the way.</summary>
public sealed class TrainersTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void AnEntryIsReadAndTheSelectionsEntryIsPutBesideIt()
    {
        JsonArray rows = JsonNode.Parse(File.ReadAllText(Checkout.Data))!.AsArray();
        var chats = new JsonArray([.. rows.Take(40).Select(r => (JsonNode)new JsonObject
        {
            ["talk"] = new JsonArray(Turn("person", $"{r!["instruction"]}\n{r["input"]}"), Turn("bot", (string)r["output"]!)),
        })]);
        scratch.Write("chats.json", chats.ToJsonString());
        scratch.Write("dataset_info.json", """
            {"other": {"file_name": "o.json"},
             "chats": {"file_name": "chats.json", "formatting": "sharegpt", "columns": {"messages": "talk"}, "tags": {"role_tag": "who", "content_tag": "says", "user_tag": "person", "assistant_tag": "bot"}}}
            """);
        var result = MiwvProcess.Run(scratch.Root, "select", ".", "--dataset", "chats", "-m", Checkout.Model, "--top", "4", "--template", "plain", "-o", "best.json", "--dataset-info", "dataset_info.json", "--run", "run", "--axolotl", "axolotl.yaml");
        Assert.True(result.Code == 0, result.Error);
        JsonNode info = JsonNode.Parse(File.ReadAllText(scratch["dataset_info.json"]))!;
        Assert.Equal(["other", "chats", "best"], info.AsObject().Select(p => p.Key));
        Assert.Equal("""{"messages":"talk"}""", info["best"]!["columns"]!.ToJsonString());
        Assert.Equal(("who", "says", "person", "bot"), ((string)info["best"]!["tags"]!["role_tag"]!, (string)info["best"]!["tags"]!["content_tag"]!, (string)info["best"]!["tags"]!["user_tag"]!, (string)info["best"]!["tags"]!["assistant_tag"]!));
        JsonArray best = JsonNode.Parse(File.ReadAllText(scratch["best.json"]))!.AsArray();
        Assert.All(best, row => Assert.Contains(chats, chat => JsonNode.DeepEquals(chat, row)));
        Assert.Contains("role: who", File.ReadAllText(scratch["axolotl.yaml"]), StringComparison.Ordinal);

        // the written entry is a way back in, and Alpaca a way out
        var again = MiwvProcess.Run(scratch.Root, "select", ".", "--dataset", "best", "-m", Checkout.Model, "--top", "4", "--template", "plain", "-o", "alpaca.json", "--format", "alpaca", "--run", "run2");
        Assert.True(again.Code == 0, again.Error);
        Assert.All(JsonNode.Parse(File.ReadAllText(scratch["alpaca.json"]))!.AsArray(), row => Assert.Equal(["instruction", "input", "output"], row!.AsObject().Select(p => p.Key)));

        static JsonObject Turn(string who, string says) => new() { ["who"] = who, ["says"] = says };
    }

    [Theory]
    [InlineData("--dataset x --columns input=y", "--dataset and --columns")]
    [InlineData("-o out.txt --dataset-info dataset_info.json", "end the selection's name in .json")]
    [InlineData("-o out.json --dataset-info other.json", "reads dataset_info.json and no other name")]
    [InlineData("--dataset-info dataset_info.json", "--dataset-info: name a file for the selection with -o")]
    [InlineData("-o out.json --axolotl mine.yaml", "mine.yaml: is there already")]
    [InlineData("--format parquet", "--format parquet: must be same, alpaca, sharegpt, messages")]
    [InlineData("--write-out 0", "--write-out 0: must be at least 1")]
    public void WhatCannotBeWrittenIsSaidBeforeAnythingRuns(string options, string expected)
    {
        scratch.Write("mine.yaml", "base_model: x\n");
        var result = MiwvProcess.Run(scratch.Root, ["select", Checkout.Data, "--limit", "40", "--run", "run", .. options.Split(' ')]);
        Assert.True(result.Code is 1 or 2, $"exit code {result.Code}");
        Assert.Contains(expected, result.OneLine(result.Code), StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["run/scores.jsonl"]));
    }

    [Fact]
    public void WriteOutShowsWhatIsScoredAndScoresNothing()
    {
        var plain = MiwvProcess.Run(scratch.Root, "plan", Checkout.Data, "--limit", "40", "--run", "run", "--write-out", "2");
        Assert.True(plain.Code == 0, plain.Error);
        JsonArray rows = JsonNode.Parse(File.ReadAllText(Checkout.Data))!.AsArray();
        Assert.Contains($"⟦ {rows[0]!["output"]}⟧", plain.Output, StringComparison.Ordinal);
        Assert.Contains("⟨<s>⟩", plain.Output, StringComparison.Ordinal);
        Assert.Equal(4, plain.Output.Split("=== row ").Length - 1);
        var result = MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "40", "--run", "run", "--write-out", "2", "--json");
        Assert.False(File.Exists(scratch["run/scores.jsonl"]));
        JsonNode[] passes = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(["zero-shot", "one-shot", "zero-shot", "one-shot"], passes.Select(p => (string)p["pass"]!));

        Assert.Equal(0, MiwvProcess.Run(scratch.Root, "score", Checkout.Data, "--limit", "40", "--run", "run").Code);
        JsonNode[] scores = [.. File.ReadLines(scratch["run/scores.jsonl"]).Take(2).Select(line => JsonNode.Parse(line)!)];
        for (int i = 0; i < passes.Length; i++)
        {
            JsonNode pass = passes[i], row = rows[i / 2]!;
            int[] tokens = [.. pass["tokens"]!.AsArray().Select(t => (int)t!)];
            Assert.Equal((int)scores[i / 2]["n_answer"]!, tokens.Length - (int)pass["scored_from"]!);
            Assert.Equal(" " + (string)row["output"]!, (string)pass["scored"]!);
            if (i % 2 == 0) continue;
            // BOS, then the example and the separator, then the row's own zero-shot tokens
            int[] alone = [.. passes[i - 1]["tokens"]!.AsArray().Select(t => (int)t!)];
            Assert.Equal(alone[1..], tokens[^(alone.Length - 1)..]);
            JsonNode neighbor = rows.First(r => JsonNode.DeepEquals(r!["id"], scores[i / 2]["neighbor"]))!;
            Assert.Contains((string)neighbor["output"]!, (string)pass["context"]!, StringComparison.Ordinal);
        }
    }
}
