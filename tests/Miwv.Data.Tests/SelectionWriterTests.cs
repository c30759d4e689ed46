using System.IO.Compression;

namespace Miwv.Data.Tests;

public sealed class SelectionWriterTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private RowFile Array() => RowFile.Open(_temp.Write("in.json", "[{\"instruction\": \"a\",\n \"output\": \"1\", \"n\": 1.50}, {\"output\":\"2\"},{\"output\":\"3\"}]"));

    private RowFile Lines() => RowFile.Open(_temp.Write("in.jsonl", "{\"instruction\": \"a\", \"output\": \"1\"}\r\n\n  {\"output\":\"2\"}\n{\"output\":\"3\"}"));

    [Fact]
    public void WritesAnArrayWithTheRowsAsTheyAre()
    {
        using RowFile rows = Array();
        SelectionWriter.Write(rows, [2, 0], _temp["out.json"]);
        Assert.Equal("[\n  {\"output\":\"3\"},\n  {\"instruction\": \"a\",\n \"output\": \"1\", \"n\": 1.50}\n]\n", File.ReadAllText(_temp["out.json"]));
        SelectionWriter.Write(rows, [], _temp["out.json"]);
        Assert.Equal("[]\n", File.ReadAllText(_temp["out.json"]));
    }

    [Fact]
    public void WritesLinesAndGzip()
    {
        using RowFile rows = Lines();
        SelectionWriter.Write(rows, [1, 0], _temp["out.jsonl.gz"]);
        using var gzip = new StreamReader(new GZipStream(File.OpenRead(_temp["out.jsonl.gz"]), CompressionMode.Decompress));
        Assert.Equal("{\"output\":\"2\"}\n{\"instruction\": \"a\", \"output\": \"1\"}\n", gzip.ReadToEnd());
        byte[] first = File.ReadAllBytes(_temp["out.jsonl.gz"]);
        SelectionWriter.Write(rows, [1, 0], _temp["again.gz"]);
        Assert.Equal(first, File.ReadAllBytes(_temp["again.gz"]));
    }

    [Fact]
    public void RefusesTheInputByWhateverWayItIsNamed()
    {
        using RowFile rows = Array();
        Directory.CreateSymbolicLink(_temp["folder"], _temp["."]);
        File.CreateSymbolicLink(_temp["link.json"], _temp["folder/in.json"]);
        foreach (string name in new[] { "in.json", "folder/in.json", "folder/folder/in.json", "link.json" })
            Assert.Contains("is the input itself", Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [0], _temp[name])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeavesNothingBehindWhenItFails()
    {
        using RowFile rows = Array();
        string[] before = Directory.GetFileSystemEntries(_temp.Root);
        string missing = Path.Combine(_temp["no"], "out.json");
        Assert.StartsWith($"{missing}: the selection cannot be written: ", Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [0], missing)).Message);
        Assert.Equal($"{_temp.Root}: is a folder; name a file for the selection", Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [0], _temp.Root)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SelectionWriter.Write(rows, [0, 3], _temp["out.json"]));
        Assert.Equal(before, Directory.GetFileSystemEntries(_temp.Root));
    }

    [Fact]
    public void TheInputIsNeverTheOutput()
    {
        using RowFile rows = Array();
        File.CreateSymbolicLink(_temp["link.json"], _temp["in.json"]);
        foreach (string path in new[] { _temp["in.json"], _temp["link.json"], Path.Combine(_temp.Root, ".", "in.json") })
            Assert.Equal($"{path}: is the input itself; name another file for the selection", Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [0], path)).Message);
    }

    [Fact]
    public void ALinkIsWrittenThrough()
    {
        using RowFile rows = Lines();
        _temp.Write("target.jsonl", "old");
        File.CreateSymbolicLink(_temp["link.jsonl"], _temp["target.jsonl"]);
        SelectionWriter.Write(rows, [1], _temp["link.jsonl"]);
        Assert.Equal("{\"output\":\"2\"}\n", File.ReadAllText(_temp["target.jsonl"]));
        Assert.NotNull(new FileInfo(_temp["link.jsonl"]).LinkTarget);
    }
}
