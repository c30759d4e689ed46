using System.Text.Json.Nodes;

namespace Miwv.Data.Tests;

/// <summary>Entries as LLaMA-Factory's data/README.md documents them.</summary>
public sealed class DatasetInfoTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AnEntryWithoutColumnsIsInstructionInputAndOutputAlone()
    {
        folder.Write("rows.json", """[{"instruction": "i", "input": "n", "output": "o", "system": "not read", "history": [["not", "read"]]}]""");
        Row row = Read("""{"set": {"file_name": "rows.json"}}""", "set");
        Assert.Equal(("i", "n", "o", null, 0), (row.Instruction, row.Input, row.Output, row.System, row.History.Count));
    }

    [Fact]
    public void ColumnsThatAreNotNamedAreNotRead()
    {
        folder.Write("rows.json", """[{"question": "q", "input": "not read", "text": "a", "sys": "s", "past": [["x", "y"]]}]""");
        Row row = Read("""{"set": {"file_name": "rows.json", "formatting": "alpaca", "columns": {"prompt": "question", "response": "text", "system": "sys", "history": "past"}}}""", "set");
        Assert.Equal(("q", "", "a", "s", "y"), (row.Instruction, row.Input, row.Output, row.System, row.History[1].Text));
    }

    [Fact]
    public void ShareGptTagsNameFieldsAndSpeakers()
    {
        folder.Write("chat.jsonl", """{"talk": [{"who": "boss", "says": "s"}, {"who": "person", "says": "q", "value": "not read"}, {"who": "bot", "says": "a"}, {"who": "probe", "says": "r"}, {"who": "call", "says": "c"}]}""");
        Row row = Read("""
            {"chat": {"file_name": "chat.jsonl", "formatting": "sharegpt", "columns": {"messages": "talk"},
              "tags": {"role_tag": "who", "content_tag": "says", "user_tag": "person", "assistant_tag": "bot", "observation_tag": "probe", "function_tag": "call", "system_tag": "boss"}}}
            """, "chat");
        Assert.Null(row.Error);
        Assert.Equal(("s", "r", "c"), (row.System, row.Instruction, row.Output));
        Assert.Equal([new Turn(TurnRole.User, "q"), new Turn(TurnRole.Assistant, "a")], row.History);
    }

    [Fact]
    public void TheOpenAiEntryOfTheDocumentationIsRead()
    {
        folder.Write("m.json", """[{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}]""");
        Row row = Read("""{"m": {"file_name": "m.json", "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "system_tag": "system"}}}""", "m");
        Assert.Equal(("q", "a"), (row.Instruction, row.Output));
    }

    [Theory]
    [InlineData("{\"set\": {\"hf_hub_url\": \"org/x\"}}", "has its rows on a hub (hf_hub_url: org/x); get the file and name it in file_name")]
    [InlineData("{\"set\": {}}", "has no file_name")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"ranking\": true}}", "is a preference set (ranking)")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"columns\": {\"prompt\": \"p\", \"response\": \"r\", \"kto_tag\": \"k\"}}}", "has the column kto_tag")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"formatting\": \"sharegpt\", \"columns\": {\"messages\": \"m\", \"images\": \"i\"}}}", "has the column images: only text can be scored")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"columns\": {\"prompt\": \"text\"}}}", "names no response column")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"formatting\": \"sharegtp\"}}", "alpaca and sharegpt can be read (the nearest is sharegpt)")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"formatting\": 3}}", "has formatting that is not text")]
    [InlineData("{\"set\": {\"file_name\": \"a.parquet\"}}", "only .json and .jsonl files can be read")]
    [InlineData("{\"set\": {\"file_name\": \"a.json\", \"split\": \"test\"}}", "asks for the split \"test\"")]
    [InlineData("{\"sett\": {}}", "has no entry \"set\" (the nearest is sett); its entries: sett")]
    [InlineData("{\"set\": []}", "is not an object")]
    [InlineData("[]", "is not a JSON object of data set entries")]
    [InlineData("{\n\"set\": ", ":2: is not JSON")]
    public void WhatCannotBeScoredIsOneLine(string info, string expected)
    {
        var e = Assert.Throws<UserException>(() => Read(info, "set"));
        Assert.StartsWith(folder["dataset_info.json"], e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void WhatHasNoEffectIsNoted()
    {
        folder.Write("dataset_info.json", """{"set": {"file_name": "a.json", "formatting": "sharegpt", "num_samples": 10, "fromatting": 1, "columns": {"messages": "m", "tools": "t"}}}""");
        Assert.Equal(3, DatasetInfo.Read(folder.Root, "set").Notes.Count);
    }

    [Fact]
    public void PuttingAnEntryChangesNoOtherByte()
    {
        string file = folder.Write("dataset_info.json", "{\r\n\t\"a\" : { \"file_name\":\"é\\u00e9.json\" } ,\n  \"b\": {\"file_name\": \"b.json\"}\n}\n");
        DatasetInfo.Put(file, "c", "{\"file_name\": \"c.json\"}");
        Assert.Equal("{\r\n\t\"a\" : { \"file_name\":\"é\\u00e9.json\" } ,\n  \"b\": {\"file_name\": \"b.json\"},\n  \"c\": {\"file_name\": \"c.json\"}\n}\n", File.ReadAllText(file));
        DatasetInfo.Put(file, "a", "{\"file_name\": \"d.json\"}");
        Assert.Equal("{\r\n\t\"a\" : {\"file_name\": \"d.json\"} ,\n  \"b\": {\"file_name\": \"b.json\"},\n  \"c\": {\"file_name\": \"c.json\"}\n}\n", File.ReadAllText(file));
        Assert.Equal(["dataset_info.json"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]\n")]
    [InlineData("{\"a\": {}} x")]
    public void AFileThatIsNoDatasetInfoStaysAsItIs(string text)
    {
        string file = folder.Write("dataset_info.json", text);
        Assert.Throws<UserException>(() => DatasetInfo.Put(file, "c", "{}"));
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Theory]
    [InlineData(SelectionFormat.Alpaca, "alpaca")]
    [InlineData(SelectionFormat.ShareGpt, "sharegpt")]
    [InlineData(SelectionFormat.Messages, "sharegpt")]
    [InlineData(SelectionFormat.Same, "alpaca")]
    public void TheEntryOfASelectionReadsItBack(SelectionFormat format, string formatting)
    {
        string path = folder.Write("rows.json", """[{"q": "one", "a": "1", "s": "sys", "input": "not read"}, {"q": "two", "a": "2"}]""");
        using RowFile rows = RowFile.Open(path, new RowFileOptions { Columns = ColumnMap.Parse("prompt=q,response=a,system=s,query=-") });
        SelectionWriter.Write(rows, [1, 0], folder["chosen.json"], format);
        Assert.Empty(LlamaFactoryEntry.Put(folder["dataset_info.json"], WrittenRows.Read(folder["chosen.json"], format, rows)));
        JsonNode entry = JsonNode.Parse(File.ReadAllText(folder["dataset_info.json"]))!["chosen"]!;
        Assert.Equal("chosen.json", (string)entry["file_name"]!);
        Assert.Equal(formatting, (string?)entry["formatting"] ?? "alpaca");
        DatasetEntry read = DatasetInfo.Read(folder.Root, "chosen");
        using RowFile back = RowFile.Open(read.File, new RowFileOptions { Columns = read.Columns });
        Assert.Equal([("two", "2", null), ("one", "1", "sys")], Enumerable.Range(0, 2).Select(back.Read).Select(r => (r.Instruction, r.Output, r.System)));
    }

    [Fact]
    public void RowsThatTheTrainerPassesOverAreCounted()
    {
        string path = folder.Write("rows.json", """
            [{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
             {"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
             {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}, {"from": "gpt", "value": "b"}]},
             {"conversations": [{"from": "user", "value": "q"}, {"from": "gpt", "value": "a"}]}]
            """);
        using RowFile rows = RowFile.Open(path);
        SelectionWriter.Write(rows, [0, 1, 2, 3], folder["all.json"]);
        var written = WrittenRows.Read(folder["all.json"], SelectionFormat.Same, rows);
        Assert.Equal((2, "2"), (written.Skipped, written.FirstSkipped.Text));
    }

    [Fact]
    public void ANameOfHalfASurrogatePairIsNoColumn()
    {
        string path = folder.Write("rows.json", """[{"instruction": "i", "output": "o", "\ud83d": 1}]""");
        using RowFile rows = RowFile.Open(path);
        SelectionWriter.Write(rows, [0], folder["chosen.json"]);
        LlamaFactoryEntry.Put(folder["dataset_info.json"], WrittenRows.Read(folder["chosen.json"], SelectionFormat.Same, rows));
        Assert.EndsWith("chosen.json", DatasetInfo.Read(folder["dataset_info.json"], "chosen").File, StringComparison.Ordinal);
    }

    [Fact]
    public void AColumnThatIsNullInAllRowsIsNamedAllTheSame()
    {
        using RowFile rows = RowFile.Open(folder.Write("nulls.json", """[{"system": "s", "instruction": null, "input": "i", "output": "o"}]"""));
        var written = WrittenRows.Read(folder["nulls.json"], SelectionFormat.Same, rows);
        Assert.Contains("field_instruction: instruction\n", AxolotlSnippet.Yaml(written), StringComparison.Ordinal);
        Assert.Contains("\"prompt\": \"instruction\"", LlamaFactoryEntry.Json(written, "nulls.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void TheAxolotlSnippetNamesFieldsAndRoles()
    {
        string path = folder.Write("rows.json", """[{"conversations": [{"from": "human", "value": "q"}, {"from": "function_call", "value": "c"}, {"from": "observation", "value": "o"}, {"from": "gpt", "value": "a"}]}]""");
        using RowFile rows = RowFile.Open(path);
        SelectionWriter.Write(rows, [0], folder["my rows.json"]);
        AxolotlSnippet.Write(folder["a.yaml"], WrittenRows.Read(folder["my rows.json"], SelectionFormat.Same, rows));
        Assert.Equal($"""
            # for axolotl, written by miwv: these lines go into your configuration
            datasets:
              - path: "{folder["my rows.json"]}"
                ds_type: json
                type: chat_template
                field_messages: conversations
                message_property_mappings:
                  role: from
                  content: value
                roles:
                  user: [human]
                  assistant: [gpt, function_call]
                  tool: [observation]
                roles_to_train: [assistant]

            """, File.ReadAllText(folder["a.yaml"]));
        string own = folder.Write("mine.yaml", "base_model: x\n");
        Assert.Contains("is there already", Assert.Throws<UserException>(() => AxolotlSnippet.Check(own)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AxolotlsNamesOfFieldsAreTakenByColumns()
    {
        string path = folder.Write("rows.json", """[{"chat": [{"speaker": "person", "text": "q"}, {"speaker": "machine", "text": "a"}]}]""");
        using RowFile rows = RowFile.Open(path, new RowFileOptions { Columns = ColumnMap.Parse("field_messages=chat,message_field_role=speaker,message_property_mappings.content=text,roles.user=human|person,roles.assistant=machine") });
        Assert.Equal(("q", "a"), (rows.Read(0).Instruction, rows.Read(0).Output));
        Assert.Equal("messages=chat,role_tag=speaker,content_tag=text,user_tag=human|person,assistant_tag=machine", rows.Columns.ToString());
    }

    [Theory]
    [InlineData("type: chat_template\n    field_messages: chat\n    message_property_mappings:\n      role: speaker\n      content: text\n    roles:\n      user: [human, person]\n      assistant:\n      - machine\n", "messages=chat,role_tag=speaker,content_tag=text,user_tag=human|person,assistant_tag=machine")]
    [InlineData("type: chat_template\n    field_messages: \"conversations\"  # as it was\n    message_field_role: from\n    message_field_content: value\n", "conversations=conversations,role_tag=from,content_tag=value")]
    [InlineData("type: alpaca\n", "system=-,history=-")]
    [InlineData("type:\n      field_instruction: q\n      field_output: 'a'\n      format: '{instruction}'\n", "instruction=q,output=a,system=-,history=-")]
    public void AnAxolotlConfigurationIsRead(string lines, string columns)
    {
        folder.Write("rows.json", "[]");
        string config = folder.Write("a.yaml", $"base_model: x\nchat_template_jinja: |\n  {{{{ bos }}}}\n  datasets:\ndatasets:\n  # one\n  - path: rows.json\n    ds_type: json\n    {lines}sequence_len: 10\n");
        DatasetEntry entry = AxolotlConfig.Read(config, null);
        Assert.Equal((folder["rows.json"], columns), (entry.File, entry.Columns.ToString()));
    }

    [Theory]
    [InlineData("base_model: x\n", "has no list of datasets:")]
    [InlineData("datasets:\n  - path: none.json\n", "is no file here")]
    [InlineData("datasets:\n  - path: rows.json\n    type: gpteacher\n", "has the type gpteacher")]
    [InlineData("datasets:\n  - path: rows.json\n  - path: b.json\n", "name one of its datasets with --dataset (rows.json, b.json)")]
    [InlineData("datasets:\n  - path: rows.json\n    type: {a: b}\n", "a.yaml:3: cannot be read here")]
    [InlineData("datasets:\n  - path: rows.json\n    type: chat_template\n    field_messages: [a]\n", "has field_messages that is not a name")]
    public void AnAxolotlConfigurationThatCannotBeReadIsOneLine(string text, string expected)
    {
        folder.Write("rows.json", "[]");
        string message = Assert.Throws<UserException>(() => AxolotlConfig.Read(folder.Write("a.yaml", text), null)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("limts", "limit")]
    [InlineData("tempalte", "template")]
    [InlineData("zzzzzz", null)]
    public void TheNearestWordIsFound(string word, string? nearest) => Assert.Equal(nearest, Spelling.Nearest(word, ["limit", "template", "top"]));

    private Row Read(string info, string name)
    {
        folder.Write("dataset_info.json", info);
        DatasetEntry entry = DatasetInfo.Read(folder.Root, name);
        using RowFile rows = RowFile.Open(entry.File, new RowFileOptions { Columns = ColumnMap.Parse(entry.Columns.ToString()) });
        return rows.Read(0);
    }
}
