using System.Text;

namespace Miwv.Data.Tests;

/// <summary>Measures memory, so nothing else runs beside it.</summary>
[Collection(nameof(HugeInputTests))]
[CollectionDefinition(nameof(HugeInputTests), DisableParallelization = true)]
public sealed class HugeInputTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("{\"instruction\":\"i\",\"output\":\"", "o", "\"}\n")]
    [InlineData("[{\"instruction\":\"i\",\"output\":\"", "o", "\"}]\n")]
    [InlineData("{\"instruction\":\"i\",\"output\":[", "1,", "1]}\n")]
    [InlineData("[{\"instruction\":\"i\",\"output\":[", "1,", "1]}]\n")]
    public void A200MegabyteRowIsRefusedInBoundedMemory(string start, string filling, string end)
    {
        string path = Fill(start, filling, end, 200 << 20);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        UserException e = Assert.Throws<UserException>(() => RowFile.Open(path));
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal($"{path}:1: a row is longer than 64 MiB; split or remove it", e.Message);
        Assert.True(allocated < 600L << 20, $"{allocated >> 20} MiB were allocated");
    }

    [Theory]
    [InlineData("{\"data\":[{\"instruction\":\"i\",\"output\":\"", "o", "\"}]}\n")]
    public void A200MegabyteWrapperIsNamed(string start, string filling, string end)
    {
        string path = Fill(start, filling, end, 200 << 20);
        Assert.StartsWith($"{path}: the rows are inside the key \"data\"", Assert.Throws<UserException>(() => RowFile.Open(path)).Message);
    }

    /// <summary>200 KB that unpack to a row of 200 MB.</summary>
    [Fact]
    public void AZippedRowWithoutEndIsRefusedInBoundedMemory()
    {
        string path = Fill("{\"instruction\":\"i\",\"output\":\"", "o", "\"}\n", 200 << 20), zipped = _temp["bomb.jsonl.gz"];
        using (FileStream from = File.OpenRead(path))
        using (var to = new System.IO.Compression.GZipStream(File.Create(zipped), System.IO.Compression.CompressionLevel.Fastest))
            from.CopyTo(to);
        Assert.True(new FileInfo(zipped).Length < 2 << 20);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal($"{zipped}:1: a row is longer than 64 MiB; split or remove it", Assert.Throws<UserException>(() => RowFile.Open(zipped)).Message);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 600L << 20);
    }

    [Fact]
    public void AMillionColumnsAreReadInBoundedMemory()
    {
        string columns = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $",\"c{i}\":1"));
        string path = _temp.Write("wide.jsonl", $"{{\"instruction\":\"i\",\"output\":\"o\"{columns}}}\n");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        using RowFile rows = RowFile.Open(path);
        Assert.Equal("o", rows.Read(0).Output);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 600L << 20);
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{\"a\":", "")]
    [InlineData("{\"instruction\":\"i\",\"output\":", "[")]
    public void AMillionNestsAreRefused(string start, string more)
    {
        string path = _temp.Write("deep.json", more.Length == 0 ? string.Concat(Enumerable.Repeat(start, 1_000_000)) : start + new string(more[0], 1_000_000));
        Assert.StartsWith($"{path}", Assert.Throws<UserException>(() => RowFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATemplateWithoutEndIsRefused()
    {
        string fits = _temp.Write("fits.txt", "{instruction}" + new string('x', (1 << 20) - 13)), path = _temp.Write("long.txt", "{instruction}" + new string('x', 1 << 20));
        Assert.Equal((1 << 20) - 13 + 1, PromptTemplate.Load(fits).Render(new Row(0, RowId.FromInteger("1"), "i", "", "o", null, [], null))[0].Text.Length);
        Assert.StartsWith($"{path}: is longer than 1 MiB", Assert.Throws<UserException>(() => PromptTemplate.Load(path)).Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.StartsWith("/dev/zero: is longer than 1 MiB", Assert.Throws<UserException>(() => PromptTemplate.Load("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryDoesNotGrowWithWhatTheRowsHold()
    {
        string small = Write(1), large = Write(10_000);
        long Held(string path)
        {
            using RowFile rows = RowFile.Open(path);
            return GC.GetTotalMemory(forceFullCollection: true);
        }
        Held(large);
        Assert.InRange(Held(large) - Held(small), -4 << 20, 4 << 20);

        string Write(int bytes)
        {
            string path = _temp[$"rows{bytes}.jsonl"];
            File.WriteAllLines(path, Enumerable.Repeat($"{{\"instruction\":\"i\",\"output\":\"{new string('o', bytes)}\"}}", 4000));
            return path;
        }
    }

    private string Fill(string start, string filling, string end, long bytes)
    {
        string path = _temp["huge.json"];
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(filling, (1 << 20) / filling.Length)));
        using var file = new FileStream(path, FileMode.Create);
        file.Write(Encoding.UTF8.GetBytes(start));
        while (file.Length < bytes)
            file.Write(block);
        file.Write(Encoding.UTF8.GetBytes(end));
        return path;
    }
}
