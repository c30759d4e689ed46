using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Engine.Stages;
using Miwv.Engine.Tests.Support;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;
using Miwv.Retrieval;

namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>
/// Every reader on changed files: it reads them or says why not in one line. MIWV_FUZZ_SECONDS for each reader (default 1) and
/// MIWV_FUZZ_SEED choose how much; a failure names seed and round.
/// </summary>
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
        string[] lines = [.. Ids.Select(id => $$"""{"id": {{id}}, "instruction": "Say \u00e9 {{id.Trim('"')}}", "input": null, "output": "b\n☃", "more": [1, {"x": 2.5e3}]}""")];
        byte[] text = Encoding.UTF8.GetBytes(name == "rows.json" ? $"[{string.Join(",\n", lines)}]" : string.Join('\n', lines));
        Fuzz(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Zipped(text) : text, path =>
        {
            using RowFile rows = RowFile.Open(path);
            for (int i = 0; i < rows.Count; i++) _ = (rows.Id(i), rows.Read(i));
        });
    }

    [Fact]
    public void Templates()
    {
        var row = new Row(0, RowId.FromInteger("1"), "say {input}", "x", "y", null, [], null);
        Fuzz("template.txt", "Below.\n{system}{history}{instruction}\n{input} {{\n### Response:\n--- no input ---\n{instruction}\n"u8.ToArray(), path => PromptTemplate.Load(path).Render(row));
    }

    [Fact]
    public void Npy()
    {
        byte[] good = File.ReadAllBytes(folder.Vectors("good.npy", [[1, 0, 2], [0, 1, 1], [3, 1, 1]]));
        Fuzz("v.npy", good, path => NpyFile.Import(path, folder["imported.miwv"], 3, StoreType.F32, Key));
    }

    [Fact]
    public void Stores() => Fuzz("e.miwv", Store(), path =>
    {
        using EmbeddingStore store = EmbeddingStore.Open(path, Key);
    });

    [Fact]
    public void Indexes()
    {
        File.WriteAllBytes(folder["store.miwv"], Store());
        using EmbeddingStore store = EmbeddingStore.Open(folder["store.miwv"], Key);
        HnswIndex.Build(store, new HnswOptions(), 1).Save(folder["good.hnsw"]);
        Fuzz("i.hnsw", File.ReadAllBytes(folder["good.hnsw"]), path => HnswIndex.Open(path, store, 1).Dispose());
    }

    [Fact]
    public void Neighbors()
    {
        KnnGraphFile.Save(folder["good.bin"], new KnnGraph(3, 1, [1, 0, -1], [0.5, 0.5, double.NaN]), Key);
        Fuzz("neighbors.bin", File.ReadAllBytes(folder["good.bin"]), path => KnnGraphFile.Load(path, Key));
    }

    [Fact]
    public void RunsThatAreRead()
    {
        var settings = new RunSettings { DataPath = folder.Rows("rows.json", Enumerable.Range(0, 4).Select(i => new { instruction = $"say {i}", output = $"it {i}" })), ModelPath = folder.Model("tiny-llama"), Threads = 1, Exact = true };
        folder.Score(settings, folder["run"]);
        byte[] run = File.ReadAllBytes(Path.Combine(folder["run"], "run.json")), scores = File.ReadAllBytes(Path.Combine(folder["run"], "scores.jsonl"));
        // whether its settings are those of another run is for the identity to say, which is read by itself
        Fuzz(Path.Combine("run", "run.json"), run, path =>
        {
            RunFile.ReadSettings(path);
            StoredRun.Open(folder["run"], default).Dispose();
        });
        File.WriteAllBytes(Path.Combine(folder["run"], "run.json"), run);
        Fuzz("scores.jsonl", scores, path =>
        {
            StoredScore.ReadAll(path);
            StoredColumns.Read(path);
        });
    }

    [Fact]
    public void Gguf() => Fuzz("m.gguf", RandomModel.Create("tiny", ModelShape.Presets["tiny-llama"], GgufTensorType.F32, null, 1).ToArray(), path => GgufFile.Open(path).RequireScoringModel());

    private byte[] Store()
    {
        string npy = folder.Vectors("store.npy", [.. Enumerable.Range(0, 40).Select(i => new[] { MathF.Cos(i), MathF.Sin(i), i % 3 })]);
        NpyFile.Import(npy, folder["good.miwv"], 40, StoreType.F32, Key);
        return File.ReadAllBytes(folder["good.miwv"]);
    }

    private void Fuzz(string name, byte[] good, Action<string> read)
    {
        int seed = (int)Number("MIWV_FUZZ_SEED", 8);
        double seconds = Number("MIWV_FUZZ_SECONDS", 1);
        string path = folder[name];
        File.WriteAllBytes(path, good);
        read(path);
        long begin = Stopwatch.GetTimestamp();
        int round = 0;
        for (; Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds; round++)
        {
            File.WriteAllBytes(path, new Mutator(new Random(HashCode(seed, round))).Change(good));
            try
            {
                read(path);
            }
            catch (UserException e)
            {
                Assert.False(e.Message.Contains('\n', StringComparison.Ordinal) || e.Message.Length == 0, $"seed {seed}, round {round}: not one line: {e.Message}");
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, seed {seed}, round {round}: {e}");
            }
        }
        Assert.NotEqual(0, round);
        if (Environment.GetEnvironmentVariable("MIWV_FUZZ_REPORT") is { Length: > 0 } report)
            File.AppendAllText(report, string.Create(CultureInfo.InvariantCulture, $"{name}: {round} changed files in {seconds} s, seed {seed}, each read or refused in one line\n"));
    }

    private static int HashCode(int seed, int round) => unchecked(seed * 1_000_003 + round);

    private static double Number(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static byte[] Zipped(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest)) zip.Write(bytes);
        return memory.ToArray();
    }
}
