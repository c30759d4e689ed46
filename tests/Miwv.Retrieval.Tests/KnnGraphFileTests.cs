using Miwv.Data;

namespace Miwv.Retrieval.Tests;

public sealed class KnnGraphFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GraphsComeBackBitForBit()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], [.. Vectors.Random(40, 5, 1), new float[5]]);
        KnnGraph graph = ExactSelfJoin.Run(store, 3, NeighborRules.None);
        KnnGraphFile.Save(_folder["g"], graph, "key");
        KnnGraph again = KnnGraphFile.Load(_folder["g"], "key");
        Assert.Equal((41, 3), (again.Rows, again.K));
        for (int row = 0; row < 41; row++)
        {
            Assert.Equal(graph.Neighbors(row).ToArray(), again.Neighbors(row).ToArray());
            Assert.Equal(graph.Cosines(row).ToArray(), again.Cosines(row).ToArray());
        }
        Assert.Equal(KnnGraph.None, again.Neighbors(40)[0]);
    }

    [Fact]
    public void EveryFlippedBitAndEveryCutIsRefused()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(9, 4, 1));
        KnnGraphFile.Save(_folder["g"], ExactSelfJoin.Run(store, 2, NeighborRules.None), "key");
        byte[] whole = File.ReadAllBytes(_folder["g"]);
        for (int place = 0; place < whole.Length; place++)
        {
            byte[] bad = [.. whole];
            bad[place] ^= (byte)(1 << place % 8);
            File.WriteAllBytes(_folder["bad"], bad);
            Assert.Throws<UserException>(() => KnnGraphFile.Load(_folder["bad"], "key"));
            File.WriteAllBytes(_folder["bad"], whole[..place]);
            Assert.Throws<UserException>(() => KnnGraphFile.Load(_folder["bad"]));
        }
        Assert.Contains("other vectors", Assert.Throws<UserException>(() => KnnGraphFile.Load(_folder["g"], "other")).Message, StringComparison.Ordinal);
        Assert.Contains("no such", Assert.Throws<UserException>(() => KnnGraphFile.Load(_folder["none"])).Message, StringComparison.Ordinal);
    }
}
