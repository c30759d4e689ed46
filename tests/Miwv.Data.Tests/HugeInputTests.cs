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
