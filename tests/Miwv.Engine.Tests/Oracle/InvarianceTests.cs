using System.Text.Json;
using System.Text.Json.Nodes;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>A row's losses do not depend on wave, threads and order, and the same run gives the same bits.</summary>
public sealed class InvarianceTests : IDisposable
{
    private const int Count = 50;
    private readonly RunFolder folder = new();
    private readonly RunSettings settings;
    private readonly float[][] vectors;

    public InvarianceTests()
    {
        var random = new Random(5);
        // few dimensions: some rows are the neighbour of many
        vectors = [.. Enumerable.Range(0, Count).Select(_ => Enumerable.Range(0, 3).Select(_ => random.NextSingle() - 0.5f).ToArray())];
        settings = new RunSettings
        {
            DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), VectorsPath = folder.Vectors("v.npy", vectors),
            Limit = Count, Threads = 1, Exact = true,
        };
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WaveSizeAndThreadsDoNotMatter()
    {
        Scores.Line[] expected = folder.Score(settings).Lines;
        Assert.True(expected.Count(l => l.Status == "ok") > Count / 2);
        foreach (int wave in new[] { 32, 64, 200, 2048 })
            AssertEqual(expected, folder.Score(settings with { WaveTokens = wave }).Lines);
        AssertEqual(expected, folder.Score(settings with { Threads = 2 }).Lines);
        AssertEqual(expected, folder.Score(settings with { Threads = 2, WaveTokens = 64 }).Lines);
    }

    [Fact]
    public void OrderDoesNotMatter()
    {
        Scores.Line[] expected = folder.Score(settings).Lines;
        int[] order = [.. Enumerable.Range(0, Count)];
        new Random(3).Shuffle(order);
        JsonArray rows = JsonNode.Parse(File.ReadAllText(settings.DataPath))!.AsArray();
        string shuffled = folder.Rows("shuffled.json", order.Select(i => (object)rows[i]!));
        RunSettings other = settings with { DataPath = shuffled, VectorsPath = folder.Vectors("s.npy", [.. order.Select(i => vectors[i])]), Limit = null };
        Scores.Line[] found = folder.Score(other).Lines;
        AssertEqual(expected, [.. Enumerable.Range(0, Count).Select(i => found[Array.IndexOf(order, i)])]);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void TheSameRunTwiceGivesTheSameBits(bool exact, int threads)
    {
        RunSettings own = settings with { Exact = exact, Threads = threads, VectorsPath = null, Limit = 40 };
        Scores one = folder.Score(own), two = folder.Score(own);
        Assert.Equal(one.Bytes, two.Bytes);
        foreach (string file in new[] { "summary.json", "neighbors.bin", "embeddings.miwv", "run.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(one.Directory, file)), File.ReadAllBytes(Path.Combine(two.Directory, file)));
    }

    [Fact]
    public void NumbersReadBackExactly()
    {
        foreach (string line in File.ReadLines(Path.Combine(folder.Score(settings).Directory, "scores.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            foreach (string name in new[] { "cosine", "zero_nll", "one_nll", "miwv" })
                if (document.RootElement.GetProperty(name) is { ValueKind: JsonValueKind.Number } number)
                    Assert.Equal(number.GetRawText(), JsonSerializer.Serialize(number.GetDouble()));
        }
    }

    private static void AssertEqual(Scores.Line[] expected, Scores.Line[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Scores.Line a = expected[i], b = found[i];
            Assert.Equal(a with { Zero = null, One = null, Miwv = null }, b with { Zero = null, One = null, Miwv = null });
            if (a.Status != "ok") continue;
            Assert.InRange(Math.Abs(a.Zero!.Value - b.Zero!.Value), 0, 1e-5);
            Assert.InRange(Math.Abs(a.One!.Value - b.One!.Value), 0, 1e-5);
        }
    }
}
