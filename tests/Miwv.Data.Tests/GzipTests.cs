using System.Security.Cryptography;
using System.Text;

namespace Miwv.Data.Tests;

public sealed class GzipTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private static byte[] Text { get; } = Encoding.UTF8.GetBytes("[\n" + string.Join(",\n", Enumerable.Range(0, 3000).Select(i => $"{{\"instruction\":\"{i} {new Random(i).NextInt64()}\",\"output\":\"o{i}\"}}")) + "\n]");

    [Theory]
    [InlineData(1)]
    [InlineData(65536)]
    public void GzipIsReadByItsContentWhateverItsName(int buffer)
    {
        byte[] packed = TempFolder.Gzip(Text);
        string scratch = _temp["scratch"];
        using (RowFile rows = RowFile.Open(_temp.Write("rows.json", packed), new RowFileOptions { ScratchDirectory = scratch, BufferBytes = buffer }))
        {
            Assert.Equal(3000, rows.Count);
            Assert.Equal("o2999", rows.Read(2999).Output);
            Assert.Equal(3001, rows.Line(2999));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(packed)), rows.Sha256);
        }
        Assert.Empty(Directory.GetFileSystemEntries(scratch));
    }

    [Fact]
    public void SeveralMembersAreOneFile()
    {
        using RowFile rows = RowFile.Open(_temp.Write("rows.gz", [.. TempFolder.Gzip(Text.AsSpan(0, 999)), .. TempFolder.Gzip(Text.AsSpan(999))]));
        Assert.Equal(3000, rows.Count);
    }

    [Fact]
    public void DamagedGzipIsOneLine()
    {
        byte[] packed = TempFolder.Gzip(Text);
        int refused = 0, cuts = 0;
        for (int length = 2; length < packed.Length; length += packed.Length / 40)
        {
            cuts++;
            refused += Refused(packed[..length]) ? 1 : 0;
        }
        Assert.Equal(cuts, refused);
        Assert.True(Refused(packed[..^1]));
        byte[] flipped = [.. packed];
        flipped[packed.Length / 2] ^= 0x10;
        Assert.True(Refused(flipped));
        flipped = [.. packed];
        flipped[^6] ^= 1;
        Assert.True(Refused(flipped));
    }

    [Fact]
    public void AScratchFolderThatCannotBeWrittenIsOneLine()
    {
        string file = _temp.Write("file", "x");
        string path = _temp.Write("rows.gz", TempFolder.Gzip(Text));
        UserException e = Assert.Throws<UserException>(() => RowFile.Open(path, new RowFileOptions { ScratchDirectory = file }));
        Assert.StartsWith($"{file}: cannot hold the unpacked copy of the data (", e.Message);
    }

    [Fact]
    public void GzipCutShortBetweenTwoRowsIsRefused()
    {
        // Stored blocks: the cut text is whole lines, so only the missing trailer tells.
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"instruction\":\"i\",\"output\":\"o\"}\n", 12))));
        byte[] bytes = packed.ToArray();
        int refused = 0;
        for (int cut = 3; cut < bytes.Length; cut++)
            refused += Refused(bytes[..cut]) ? 1 : 0;
        Assert.Equal(bytes.Length - 3, refused);
        Assert.False(Refused(bytes));
        Assert.False(Refused([.. bytes, .. TempFolder.Gzip(Encoding.UTF8.GetBytes("{}\n"))]));
        Assert.True(Refused([.. bytes, .. TempFolder.Gzip(Encoding.UTF8.GetBytes("{}\n"))[..^1]]));
    }

    private bool Refused(byte[] packed)
    {
        try
        {
            RowFile.Open(_temp.Write("cut.gz", packed)).Dispose();
            return false;
        }
        catch (UserException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return true;
        }
    }
}
