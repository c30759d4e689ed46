using Miwv.Data;
using Miwv.Engine.Tests.Support;
using Miwv.Retrieval;

namespace Miwv.Engine.Tests.Runs;

public sealed class IndexTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void RowsAppendedToTheDataAreInsertedIntoASavedIndex()
    {
        string model = folder.Model("tiny-llama");
        MiwvRun Open(int rows, string directory) => MiwvRun.Open(new RunSettings
        {
            DataPath = folder.Rows($"{rows}.json", Enumerable.Range(0, rows).Select(i => (object)new { instruction = $"say {i}", output = $"{i}" })),
            VectorsPath = folder.Vectors($"{rows}.npy", [.. Enumerable.Range(0, rows).Select(i => new[] { MathF.Cos(i * 0.7f), MathF.Sin(i * 0.7f), i % 13 })]),
            ModelPath = model, Template = "plain", Threads = 1, Search = SearchMode.Hnsw,
        }, folder[directory], resume: false, null, folder.Warnings.Add, default);

        using (MiwvRun old = Open(200, "old"))
            Assert.Equal(1, old.Index(null).Recall!.At1);
        string index = Path.Combine(folder["old"], "index.hnsw");
        byte[] before = File.ReadAllBytes(index);
        using (MiwvRun longer = Open(260, "longer"))
        {
            Assert.Equal(1, longer.Index(index).Recall!.At1);
            using HnswIndex extended = HnswIndex.Open(Path.Combine(folder["longer"], "index.hnsw"), longer.Embed());
            Assert.Equal(260, extended.Rows);
            Assert.Equal(260, longer.FindNeighbors().Rows); // found by that index already
        }
        Assert.Equal(before, File.ReadAllBytes(index));
        Assert.Empty(folder.Warnings);

        // other rows than those of the index, or fewer
        using MiwvRun shorter = Open(150, "shorter");
        Assert.Contains("other vectors", Assert.Throws<UserException>(() => shorter.Index(index)).Message, StringComparison.Ordinal);
    }
}
