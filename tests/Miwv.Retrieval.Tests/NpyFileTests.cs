using System.Text;
using Miwv.Data;

namespace Miwv.Retrieval.Tests;

public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("<f2")]
    [InlineData("<f4")]
    [InlineData("<f8")]
    public void ArraysOfEveryTypeBecomeStores(string type)
    {
        double[] values = [3, 4, 0, 0, -5, 12];
        byte[] data = [.. values.SelectMany(x => type switch
        {
            "<f2" => BitConverter.GetBytes((Half)x),
            "<f4" => BitConverter.GetBytes((float)x),
            _ => BitConverter.GetBytes(x),
        })];
        Write($"{{'descr': '{type}', 'fortran_order': False, 'shape': (3, 2), }}", data);
        Assert.Equal((3, 2), NpyFile.Shape(_folder["a.npy"]));
        NpyFile.Import(_folder["a.npy"], _folder["s"], 3, StoreType.F32, "k");
        using EmbeddingStore store = EmbeddingStore.Open(_folder["s"], "k");
        Assert.Equal([0.6f, 0.8f], store.Row(0).ToArray());
        Assert.True(store.IsZero(1));
        Assert.Equal([-5 / 13f, 12 / 13f], store.Row(2).ToArray());
    }

    [Theory]
    [InlineData(StoreType.F32)]
    [InlineData(StoreType.F16)]
    public void ExportedVectorsComeBack(StoreType type)
    {
        using EmbeddingStore store = Vectors.Store(_folder["s"], Vectors.Random(9, 7, 2), type);
        NpyFile.Export(store, _folder["a.npy"]);
        Assert.Equal(0, (new FileInfo(_folder["a.npy"]).Length - 9 * 7 * (type == StoreType.F32 ? 4 : 2)) % 64);
        NpyFile.Import(_folder["a.npy"], _folder["again"], 9, type, "k");
        using EmbeddingStore again = EmbeddingStore.Open(_folder["again"]);
        float[] a = new float[7], b = new float[7];
        for (int row = 0; row < 9; row++)
        {
            store.CopyRow(row, a);
            again.CopyRow(row, b);
            for (int d = 0; d < 7; d++)
                Assert.Equal(a[d], b[d], type == StoreType.F32 ? 1e-7 : 1e-3);
        }
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (3, 2), }", "little-endian")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }", "little-endian")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }", "Fortran")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 1), }", "shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 2), }", "shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6, 0), }", "shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }", "bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'fortran_order': False, 'shape': (3, 2), }", "numpy.save")]
    [InlineData("{'descr': '<f4', 'shape': (3, 2), }", "numpy.save")]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3, 2), }", "numpy.save")]
    [InlineData("__import__('os')", "numpy.save")]
    public void OtherArraysAreRefusedInOneLine(string header, string says)
    {
        Write(header, new byte[24]);
        var error = Assert.Throws<UserException>(() => NpyFile.Import(_folder["a.npy"], _folder["s"], null, StoreType.F32, "k"));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCutIsRefused()
    {
        Write("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", new byte[24]);
        byte[] whole = File.ReadAllBytes(_folder["a.npy"]);
        for (int cut = 0; cut < whole.Length; cut++)
        {
            File.WriteAllBytes(_folder["cut"], whole[..cut]);
            Assert.Throws<UserException>(() => NpyFile.Import(_folder["cut"], _folder["s"], null, StoreType.F32, "k"));
        }
    }

    [Fact]
    public void WrongRowCountAndNotFiniteComponentsAreRefused()
    {
        Write("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", [.. new float[] { 1, 2, 3, float.NaN, 5, 6 }.SelectMany(BitConverter.GetBytes)]);
        Assert.Contains("3 rows, the data set 4", Assert.Throws<UserException>(() => NpyFile.Import(_folder["a.npy"], _folder["s"], 4, StoreType.F32, "k")).Message, StringComparison.Ordinal);
        Assert.Contains("row 1 ", Assert.Throws<UserException>(() => NpyFile.Import(_folder["a.npy"], _folder["s"], 3, StoreType.F32, "k")).Message, StringComparison.Ordinal);
        Assert.Contains("no such", Assert.Throws<UserException>(() => NpyFile.Shape(_folder["none"])).Message, StringComparison.Ordinal);
    }

    private void Write(string header, byte[] data)
    {
        byte[] text = Encoding.Latin1.GetBytes(header.PadRight(117) + "\n");
        File.WriteAllBytes(_folder["a.npy"], [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. data]);
    }
}
