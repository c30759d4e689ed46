using Miwv.Data;

namespace Miwv.Retrieval.Tests;

public sealed class EmbeddingStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RowsAreNormalisedInDoubleAndReadInPlace()
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], [[3, 4], [0, 0], [1e-30f, 0], [-3e38f, 3e38f]]);
        Assert.Equal([0.6f, 0.8f], store.Row(0).ToArray());
        Assert.True(store.IsZero(1));
        Assert.False(store.IsZero(2));
        Assert.Equal([1f, 0f], store.Row(2).ToArray());
        Assert.Equal(1, store.Cosine(3, 3), 1e-7);
        Assert.Equal(0.6, store.Cosine(0, 2), 1e-7);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Cosine(0, 4));
    }

    [Theory]
    [InlineData(StoreType.F32, 1e-7)]
    [InlineData(StoreType.F16, 1e-3)]
    public void EveryTypeKeepsDirections(StoreType type, double tolerance)
    {
        float[][] vectors = Vectors.Random(40, 37, 3);
        using EmbeddingStore store = Vectors.Store(_folder["s"], vectors, type);
        var row = new float[37];
        for (int i = 0; i < 40; i++)
        {
            store.CopyRow(i, row);
            double norm = Math.Sqrt(vectors[i].Sum(x => (double)x * x));
            for (int d = 0; d < 37; d++)
                Assert.Equal(vectors[i][d] / norm, row[d], tolerance);
        }
    }

    [Fact]
    public void EveryHalfBecomesTheSameFloat()
    {
        var halves = Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite).ToArray();
        var floats = new float[halves.Length];
        HalfConversion.ToSingle(halves, floats);
        Assert.Equal(halves.Select(h => BitConverter.SingleToInt32Bits((float)h)), floats.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void BadVectorsAreRefusedAndNothingIsAppended()
    {
        using var writer = EmbeddingStoreWriter.Create(_folder["s"], 2, 1, StoreType.F32, "k");
        Assert.Throws<ArgumentException>(() => writer.Append([1, float.NaN]));
        Assert.Throws<ArgumentException>(() => writer.Append([float.NegativeInfinity, 0]));
        Assert.Throws<ArgumentException>(() => writer.Append([1, 2, 3]));
        Assert.Equal(0, writer.Count);
        Assert.Throws<InvalidOperationException>(writer.Complete);
        writer.Append([1, 2]);
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => writer.Append([1, 2]));
    }

    [Fact]
    public void AStoreThatIsNotFinishedOrNotThisOneIsRefusedInOneLine()
    {
        using (var writer = EmbeddingStoreWriter.Create(_folder["part"], 2, 2, StoreType.F32, "k"))
        {
            writer.Append([1, 0]);
            writer.Flush();
            Refused(() => EmbeddingStoreWriter.Resume(_folder["part"], 2, 2, StoreType.F32, "k"), "cannot open"); // a second writer
        }
        Refused(() => EmbeddingStore.Open(_folder["part"]), "not finished");
        Refused(() => EmbeddingStore.Open(_folder["missing"]), "no such");
        File.WriteAllText(_folder["text"], new string('x', 9000));
        Refused(() => EmbeddingStore.Open(_folder["text"]), "not an embedding store");
        File.WriteAllBytes(_folder["empty"], []);
        Refused(() => EmbeddingStore.Open(_folder["empty"]), "not an embedding store");
        Refused(() => EmbeddingStoreWriter.Resume(_folder["text"], 2, 2, StoreType.F32, "k"), "not an embedding store");
        Refused(() => EmbeddingStoreWriter.Resume(_folder["part"], 3, 2, StoreType.F32, "k"), "components");
        Refused(() => EmbeddingStoreWriter.Resume(_folder["part"], 2, 3, StoreType.F32, "k"), "rows");
        Refused(() => EmbeddingStoreWriter.Resume(_folder["part"], 2, 2, StoreType.F16, "k"), "F32");
        Refused(() => EmbeddingStoreWriter.Resume(_folder["part"], 2, 2, StoreType.F32, "other"), "another model");
        Vectors.Store(_folder["done"], [[1, 0]], key: "k").Dispose();
        Refused(() => EmbeddingStore.Open(_folder["done"], "other"), "another model");
    }

    [Fact]
    public void CutAtAnyByteItResumesToTheSameFile()
    {
        float[][] vectors = Vectors.Random(2000, 70, 9); // 280 bytes a row, 936 rows a block: three blocks, the last one short
        Vectors.Store(_folder["whole"], vectors).Dispose();
        byte[] whole = File.ReadAllBytes(_folder["whole"]);
        var random = new Random(4);
        int[] cuts = [0, 1, 63, 64, 4079, 4080, 4095, 4096, 4104, 8191, 8192, 8193, whole.Length - 1, whole.Length, .. Enumerable.Range(0, 40).Select(_ => random.Next(whole.Length))];
        foreach (int cut in cuts)
        {
            File.WriteAllBytes(_folder["cut"], whole[..cut]);
            Assert.Equal(whole, Finish(_folder["cut"], vectors));
        }
    }

    [Fact]
    public void FlushedRowsOfAnUnfinishedBlockSurvive()
    {
        float[][] vectors = Vectors.Random(50, 6, 9);
        Vectors.Store(_folder["whole"], vectors).Dispose();
        foreach (int flushed in new[] { 5, 30 }) // the second time a block that was flushed before grows
        {
            using var writer = EmbeddingStoreWriter.Resume(_folder["s"], 6, 50, StoreType.F32, "test");
            while (writer.Count < flushed)
                writer.Append(vectors[writer.Count]);
            writer.Flush();
            writer.Append(vectors[flushed]); // not flushed: lost
        }
        using (var writer = EmbeddingStoreWriter.Resume(_folder["s"], 6, 50, StoreType.F32, "test"))
            Assert.Equal(30, writer.Count);
        Assert.Equal(File.ReadAllBytes(_folder["whole"]), Finish(_folder["s"], vectors));
    }

    [Fact]
    public void FlippedBitsAreRedoneOrRefusedNeverKept()
    {
        float[][] vectors = Vectors.Random(300, 300, 11); // two blocks
        Vectors.Store(_folder["whole"], vectors).Dispose();
        byte[] whole = File.ReadAllBytes(_folder["whole"]);
        var random = new Random(5);
        // every byte of the header page and of the table page, and random bytes of the vectors
        foreach (int place in Enumerable.Range(0, 8192).Concat(Enumerable.Range(0, 200).Select(_ => random.Next(8192, whole.Length))))
        {
            byte[] bad = [.. whole];
            bad[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder["bad"], bad);
            Refused(() => EmbeddingStore.Open(_folder["bad"], "test"), _folder["bad"]);
            if (place is < 64 or > 4000 and < 4200 or >= 8192)
            {
                try
                {
                    Assert.Equal(whole, Finish(_folder["bad"], vectors));
                }
                catch (UserException refused)
                {
                    Assert.True(place < 4080, refused.Message); // only a damaged header cannot be continued
                }
            }
        }
    }

    [Fact]
    public void ExtraBytesAndCutStoresAreRefused()
    {
        Vectors.Store(_folder["s"], Vectors.Random(30, 5, 1)).Dispose();
        byte[] whole = File.ReadAllBytes(_folder["s"]);
        File.WriteAllBytes(_folder["long"], [.. whole, 0]);
        Refused(() => EmbeddingStore.Open(_folder["long"]), "bytes instead of");
        File.WriteAllBytes(_folder["short"], whole[..^1]);
        Refused(() => EmbeddingStore.Open(_folder["short"]), "bytes instead of");
    }

    /// <summary>Continues the store at <paramref name="path"/> to its end, as a run with --resume does, and returns its bytes.</summary>
    private static byte[] Finish(string path, float[][] vectors)
    {
        using (var writer = EmbeddingStoreWriter.Resume(path, vectors[0].Length, vectors.Length, StoreType.F32, "test"))
        {
            while (writer.Count < vectors.Length)
                writer.Append(vectors[writer.Count]);
            writer.Complete();
        }
        EmbeddingStore.Open(path, "test").Dispose();
        return File.ReadAllBytes(path);
    }

    private static void Refused(Action open, string says)
    {
        var error = Assert.Throws<UserException>(open);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
