using System.Text;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Following;
using Miwv.Engine.Gpu;
using Miwv.Engine.Journal;
using Miwv.Engine.Resources;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Engine.Tests.Journal;
using Miwv.Engine.Tests.Support;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;
using Miwv.Retrieval;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>Every reader on changed files (<see cref="FuzzRun"/>): it reads them or says why not in one line. Inputs that once failed are in Kept/.</summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const string Key = "key";
    private static readonly string[] Ids = ["\"a\"", "1", "9007199254740993"];
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("rows.json")]
    [InlineData("rows.jsonl")]
    [InlineData("rows.jsonl.gz")]
    public void Rows(string name)
    {
        bool array = name == "rows.json", zipped = name.EndsWith(".gz", StringComparison.Ordinal);
        string[] alpaca = [.. Ids.Select(id => $$"""{"id": {{id}}, "instruction": "Say \u00e9 {{id.Trim('"')}}", "input": null, "output": "b\n☃", "more": [1, {"x": 2.5e3}]}""")];
        string[] chats = ["""{"id": "c", "system": "be", "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "ho"}]}""", """{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}"""];
        // what other tools write, about which there is something to tell
        string[] odd = ["""{"messages": [{"role": "Human", "content": "u"}, {"role": "Bot", "content": "a", "weight": 0, "tool_calls": [{"id": 1}]}], "tools": "[1]"}""",
            """{"conversations": "[{\"from\": \"human\"}]", "id": 3}""", """{"conversations": ["u", "a"]}""", """{"chosen": "x", "rejected": "y", "prompt": "z"}"""];
        byte[][] texts = [.. new[] { alpaca, [chats[0]], [chats[1]], [odd[0]], [odd[1]], [odd[2]], [odd[3]], [chats[1], odd[0], alpaca[0]] }.Select(lines => Encoding.UTF8.GetBytes(array ? $"[{string.Join(",\n", lines)}]" : string.Join('\n', lines)))];
        var run = Run(name, 4096, path =>
        {
            using RowFile rows = RowFile.Open(path);
            for (int i = 0; i < rows.Count; i++) _ = (rows.Id(i), rows.Read(i));
            RowFacts.Read(rows, null, default);
        }, zipped ? Seals.Zip : null);
        run.Start([.. texts.Select(text => zipped ? Seals.Zip(text) : text), .. zipped ? texts : [], .. Kept(name)]);
    }

    [Fact]
    public void Templates()
    {
        var row = new Row(0, RowId.FromInteger("1"), "say {input}", "x", "y", null, [], null);
        Run("template.txt", 4096, path => PromptTemplate.Load(path).Render(row)).Start(
            ["Below.\n{system}{history}{instruction}\n{input} {{\n### Response:\n--- no input ---\n{instruction}\n"u8.ToArray(),
                """{"prompt_input": "a {instruction} {input}", "prompt_no_input": "b {instruction}", "description": "x"}"""u8.ToArray(), .. Kept("template.txt")]);
    }

    [Fact]
    public void Npy()
    {
        byte[] good = File.ReadAllBytes(folder.Vectors("good.npy", [[1, 0, 2], [0, 1, 1], [3, 1, 1]]));
        Run("v.npy", 256, path => NpyFile.Import(path, folder["imported.miwv"], 3, StoreType.F32, Key)).Start([good, .. Kept("v.npy")]);
    }

    [Fact]
    public void Stores() => Run("e.miwv", 2 * 4096, path => EmbeddingStore.Open(path, Key).Dispose(), Seals.Store).Start([Store(), .. Kept("e.miwv")]);

    [Fact]
    public void StoresThatAreContinued() => Run("c.miwv", 2 * 4096, path =>
    {
        using var writer = EmbeddingStoreWriter.Resume(path, 3, 40, StoreType.F32, Key);
        while (writer.Count < writer.Rows) writer.Append([1, writer.Count, 2]);
        writer.Complete();
        writer.Dispose();
        EmbeddingStore.Open(path, Key).Dispose();
    }, Seals.Store).Start([Store(), .. Kept("c.miwv")]);

    [Fact]
    public void Indexes()
    {
        File.WriteAllBytes(folder["store.miwv"], Store());
        using EmbeddingStore store = EmbeddingStore.Open(folder["store.miwv"], Key);
        HnswIndex.Build(store, new HnswOptions(), 1).Save(folder["good.hnsw"]);
        var rules = new NeighborRules();
        Run("i.hnsw", 8192, path =>
        {
            using HnswIndex index = HnswIndex.Open(path, store, 1);
            if (index.Rows == store.Count) index.SelfJoin(1, rules, threads: 1);
        }, Seals.Index).Start([File.ReadAllBytes(folder["good.hnsw"]), .. Kept("i.hnsw")]);
    }

    [Fact]
    public void Neighbors()
    {
        KnnGraphFile.Save(folder["good.bin"], new KnnGraph(3, 1, [1, 0, -1], [0.5, 0.5, double.NaN]), Key);
        Run("neighbors.bin", 64, path => KnnGraphFile.Load(path, Key), Seals.Neighbors).Start([File.ReadAllBytes(folder["good.bin"]), .. Kept("neighbors.bin")]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Journals(bool perToken)
    {
        using var journal = new TestJournal(folder["passes.journal"], 5, perToken);
        journal.Write(Enumerable.Range(0, TestJournal.Steps));
        byte[] good = journal.Bytes;
        Run("passes.journal", 512, path =>
        {
            using JournalReader? reader = journal.Open();
            foreach (int step in reader?.Steps ?? [])
            {
                JournalRecord record = reader!.Record(step);
                Assert.True(record.Values.Length >= 0);
                for (int i = 0; i < record.Segments; i++) Assert.True(record.Segment(i) is { });
            }
            // what is left of it is gone on with
            journal.Write(Enumerable.Range(0, TestJournal.Steps).Except(reader?.Steps ?? []));
            using JournalReader mended = journal.Open()!;
            Assert.Equal(TestJournal.Steps, mended.Count);
        }, Seals.Journal).Start([good, .. Kept("passes.journal")]);
    }

    [Fact]
    public void RunsThatAreRead()
    {
        var settings = new RunSettings { DataPath = folder.Rows("rows.json", Enumerable.Range(0, 4).Select(i => new { instruction = $"say {i}", output = $"it {i}" })), ModelPath = folder.Model("tiny-llama"), Threads = 1, Exact = true };
        folder.Score(settings, folder["run"]);
        byte[] run = File.ReadAllBytes(Path.Combine(folder["run"], "run.json")), scores = File.ReadAllBytes(Path.Combine(folder["run"], "scores.jsonl"));
        // whether its settings are those of another run is for the identity to say, which is read by itself
        Run(Path.Combine("run", "run.json"), 4096, path =>
        {
            RunFile.ReadSettings(path);
            StoredRun.Open(folder["run"], default).Dispose();
        }).Start([run, .. Kept("run.json")]);
        File.WriteAllBytes(Path.Combine(folder["run"], "run.json"), run);
        Run("scores.jsonl", 1024, path =>
        {
            StoredScore.ReadAll(path);
            StoredColumns.Read(path);
        }).Start([scores, .. Kept("scores.jsonl")]);
    }

    [Fact]
    public void WaveSizes()
    {
        Directory.CreateDirectory(folder["gpu"]);
        File.WriteAllText(Path.Combine(folder["gpu"], "run.json"), "{}");
        using RunDirectory run = RunDirectory.Enter(folder["gpu"], resume: false);
        Run(Path.Combine("gpu", "waves.json"), 1024, _ => WaveSizeFile.Read(run, "card", GatherPath.Cuda)).Start(
            ["""{"device": "card", "gather": "on the card", "tokens": 512, "outputs": 256, "flash_attention": 1, "contexts": 2, "threads_per_context": 1}"""u8.ToArray(), .. Kept("waves.json")]);
    }

    [Fact]
    public void DatasetInfos()
    {
        const string entries = """
            {"a": {"file_name": "a.json", "formatting": "alpaca", "columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "s", "history": "h"}},
             "b": {"file_name": "b.jsonl", "formatting": "sharegpt", "columns": {"messages": "conversations"}, "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt", "system_tag": "system"}}}
            """;
        Run("dataset_info.json", 4096, path =>
        {
            DatasetInfo.Read(path, "a");
            DatasetInfo.Read(path, "b");
            DatasetInfo.Put(path, "c", "{\"file_name\": \"c.json\"}");
            DatasetInfo.Read(path, "c");
        }).Start([Encoding.UTF8.GetBytes(entries), .. Kept("dataset_info.json")]);
    }

    [Fact]
    public void AxolotlConfigs()
    {
        folder.Rows("rows.json", [new { instruction = "say", output = "it" }]);
        Run("axolotl.yaml", 4096, path => AxolotlConfig.Read(path, null)).Start(
        [
            "base_model: x\ndatasets:\n  - path: rows.json\n    type: alpaca # all\nval_set_size: 0.1\n"u8.ToArray(),
            "datasets:\n- path: rows.json\n  ds_type: json\n  type: chat_template\n  field_messages: messages\n  message_property_mappings:\n    role: from\n    content: \"value\"\n  roles:\n    user: [human, user]\n    assistant:\n      - gpt\n"u8.ToArray(),
            .. Kept("axolotl.yaml"),
        ]);
    }

    // what cannot be read of them is not there: they are only for looking on
    [Fact]
    public void FilesForLookingOn()
    {
        var state = new LiveState(1, 2, 3, 4.5, false, [new LiveStage(new StageProgress("score", 5, 10, "tokens"), 6, false)], ["mind"], new ResourceUse(50, 100 << 20, null));
        Run("live.json", 1024, path => LiveState.Read(path)).Start([state.ToJson(), .. Kept("live.json")]);
        var map = new RowMap(new byte[32], 100, 250, [0.5, double.NaN], [1, 2], [double.NaN, 3], [0, 1], [2, 3], [0, 0], [4, 5], [1, 0], [90, 10], [RowStatus.Ok, RowStatus.TooLong], [CascadeRole.Kept, CascadeRole.Rejected]);
        map.Write(folder["good.map"]);
        Run("rows.map", 128, path => RowMap.Read(path), Seals.Tail).Start([File.ReadAllBytes(folder["good.map"]), .. Kept("rows.map")]);
    }

    [Fact]
    public void Gguf() => Run("m.gguf", 12_000, path => GgufFile.Open(path).RequireScoringModel())
        .Start([RandomModel.Create("tiny", ModelShape.Presets["tiny-llama"], GgufTensorType.F32, null, 1).ToArray(), .. Kept("m.gguf")]);

    private FuzzRun Run(string name, int head, Action<string> read, Func<byte[], byte[]>? seal = null) => new(name, folder[name], head, read, seal);

    // Inputs of a reader that failed once: Kept/READER.what
    private static IEnumerable<byte[]> Kept(string reader) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Kept"), reader + ".*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    private byte[] Store()
    {
        string npy = folder.Vectors("store.npy", [.. Enumerable.Range(0, 40).Select(i => new[] { MathF.Cos(i), MathF.Sin(i), i % 3 })]);
        NpyFile.Import(npy, folder["good.miwv"], 40, StoreType.F32, Key);
        return File.ReadAllBytes(folder["good.miwv"]);
    }
}
