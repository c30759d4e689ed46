using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Miwv.Data.Tests;

public sealed class ConversionTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AlpacaBecomesTurnsAndKeepsItsOtherColumns()
    {
        var lost = Convert("""[{"id": 9007199254740993, "instruction": "Add.", "input": "1 2", "output": "3", "system": "Be brief.", "history": [["q", "a"]], "topic": {"x": [1]}}]""", SelectionFormat.ShareGpt, out JsonArray rows);
        Assert.Equal("""{"id":9007199254740993,"topic":{"x": [1]},"conversations":[{"from":"system","value":"Be brief."},{"from":"human","value":"q"},{"from":"gpt","value":"a"},{"from":"human","value":"Add.\n1 2"},{"from":"gpt","value":"3"}]}""",
            File.ReadAllText(folder["out.json"]).Split('\n')[1].Trim());
        Assert.Single(rows);
        Assert.Equal("sharegpt: 1 row: instruction and input became one user turn, joined by a newline as LLaMA-Factory joins them", Assert.Single(lost));
    }

    [Fact]
    public void ConversationsBecomeAlpacaWithAHistory()
    {
        var lost = Convert("""[{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "q1"}, {"from": "gpt", "value": "a1"}, {"from": "human", "value": "q2"}, {"from": "gpt", "value": "a2"}]}]""", SelectionFormat.Alpaca, out JsonArray rows);
        Assert.Empty(lost);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"instruction": "q2", "input": "", "output": "a2", "system": "s", "history": [["q1", "a1"]]}"""), rows[0]), rows[0]!.ToJsonString());
    }

    [Fact]
    public void ToolTurnsKeepTheirKindInConversationsAndAreSaidToBePlainInAlpaca()
    {
        const string Data = """[{"conversations": [{"from": "human", "value": "weather?"}, {"from": "function_call", "value": "{}"}, {"from": "observation", "value": "wet"}, {"from": "gpt", "value": "Rain."}]}]""";
        Assert.Empty(Convert(Data, SelectionFormat.Messages, out JsonArray messages));
        Assert.Equal(["user", "function_call", "tool", "assistant"], messages[0]!["messages"]!.AsArray().Select(m => (string)m!["role"]!));
        Assert.Contains("tool calls and results became plain", Assert.Single(Convert(Data, SelectionFormat.Alpaca, out JsonArray alpaca)), StringComparison.Ordinal);
        Assert.Equal("wet", (string)alpaca[0]!["instruction"]!);
    }

    [Fact]
    public void NamesThatCannotBeDecodedAreNoMatterOfTheTurns()
    {
        const string Data = """{"messages": [{"\ud800rolerole": 1, "role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello", "\ud800from": 2}], "\ud800messages": 3}""";
        Assert.Single(Convert(Data, SelectionFormat.ShareGpt, out JsonArray rows, "in.jsonl"));
        Assert.Equal("Hello", (string)rows[0]!["conversations"]![1]!["value"]!);
        using RowFile from = RowFile.Open(folder["in.jsonl"]);
        Assert.Equal(0, WrittenRows.Read(folder["in.jsonl"], SelectionFormat.Same, from).Skipped);
    }

    [Fact]
    public void WhatIsLeftOutOfTurnsIsCounted()
    {
        var lost = Convert("""{"messages": [{"role": "user", "content": [{"type": "text", "value": "hi"}], "loss_weight": 0}, {"role": "assistant", "content": "Hello", "loss_weight": 1}, {"role": "user", "content": "bye"}]}""", SelectionFormat.Messages, out JsonArray rows, "in.jsonl");
        Assert.Equal(["messages: 1 row: turns behind the last answer were left out", "messages: fields of turns were left out: loss_weight (2 times)"], lost);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello"}]}"""), rows[0]), rows[0]!.ToJsonString());
    }

    [Fact]
    public void TurnsThatDoNotPairAreRefusedForAlpacaAndNothingIsWritten()
    {
        string path = folder.Write("in.json", """[{"id": "r1", "conversations": [{"from": "human", "value": "a"}, {"from": "human", "value": "b"}, {"from": "gpt", "value": "c"}]}]""");
        using RowFile rows = RowFile.Open(path);
        var e = Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [0], folder["out.json"], SelectionFormat.Alpaca));
        Assert.Equal($"{path}:1: row r1: turn 2 is the user's; Alpaca holds pairs of question and answer only: write --format sharegpt or messages (the scores are kept)", e.Message);
        Assert.Equal(["in.json"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void AColumnWithTheFormatsOwnNameIsLeftOutAndSaid()
    {
        var lost = Convert("""[{"instruction": "i", "output": "o", "messages": null}]""", SelectionFormat.Messages, out JsonArray rows);
        Assert.Contains("uses its name", Assert.Single(lost), StringComparison.Ordinal);
        Assert.Equal(["messages"], rows[0]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void RowsWithoutAnInputComeBackFromTurnsWithEqualFields()
    {
        var text = ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(s => Clean(s.Get));
        var pairs = Gen.Zip(text, text).ListOf();
        var row = Gen.Zip(Gen.Zip(text, text), Gen.Zip(text, pairs));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(row.ToArbitrary(), r =>
        {
            var ((instruction, output), (system, history)) = r;
            var given = new JsonObject { ["id"] = "x", ["instruction"] = instruction, ["input"] = "", ["output"] = output };
            if (system.Length > 0) given["system"] = system;
            if (history.Count > 0) given["history"] = new JsonArray([.. history.Select(h => new JsonArray(h.Item1, h.Item2))]);
            foreach (var format in new[] { SelectionFormat.ShareGpt, SelectionFormat.Messages })
            {
                Assert.Empty(Convert(new JsonArray(given.DeepClone()).ToJsonString(), format, out JsonArray turns));
                Assert.Empty(Convert(turns.ToJsonString(), SelectionFormat.Alpaca, out JsonArray back));
                Assert.True(JsonNode.DeepEquals(given, back[0]), $"{given.ToJsonString()} became {back[0]!.ToJsonString()}");
            }
        }));
    }

    [Fact]
    public void TheScoredPromptOfRealConversationsDoesNotChangeWithTheFormat()
    {
        if (SharedFolder.Path is null) return;
        foreach (string name in new[] { "evol_instruct_1k_sharegpt.json", "openai_messages_multi_turn.jsonl", "llamafactory_alpaca_en_demo.json", "fastchat_dummy_conversation.json" })
        {
            using RowFile source = RowFile.Open(Path.Combine(SharedFolder.Path, "data", name));
            foreach (var format in new[] { SelectionFormat.ShareGpt, SelectionFormat.Messages })
            {
                SelectionWriter.Write(source, Enumerable.Range(0, source.Count), folder["real.json"], format);
                using RowFile written = RowFile.Open(folder["real.json"]);
                Assert.Equal(source.Count, written.Count);
                for (int i = 0; i < source.Count; i++)
                {
                    Row a = source.Read(i), b = written.Read(i);
                    Assert.Equal(a.Output, b.Output);
                    Assert.Equal(a.Messages().Select(t => (t.Role, t.Text)), b.Messages().Select(t => (t.Role, t.Text)));
                }
            }
        }
    }

    private IReadOnlyList<string> Convert(string data, SelectionFormat format, out JsonArray rows, string name = "in.json")
    {
        using RowFile file = RowFile.Open(folder.Write(name, data), new RowFileOptions { Ids = IdSource.Own });
        var lost = SelectionWriter.Write(file, Enumerable.Range(0, file.Count), folder["out.json"], format);
        string text = File.ReadAllText(folder["out.json"]);
        rows = file.Container == RowContainer.Array ? JsonNode.Parse(text)!.AsArray() : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))];
        return lost;
    }

    // no UTF-8 text holds half of a surrogate pair
    private static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);
}
