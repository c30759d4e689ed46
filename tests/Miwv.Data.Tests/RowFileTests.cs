using System.Security.Cryptography;
using System.Text;

namespace Miwv.Data.Tests;

public sealed class RowFileTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private RowFile Open(string text, RowFileOptions? options = null) => RowFile.Open(_temp.Write("rows.json", text), options);

    private static void Same(Row row, string instruction, string input, string output, string? system = null, params Turn[] history)
    {
        Assert.Null(row.Error);
        Assert.Equal((instruction, input, output, system), (row.Instruction, row.Input, row.Output, row.System));
        Assert.Equal(history, row.History);
    }

    [Fact]
    public void ReadsAnAlpacaArray()
    {
        const string text = "[\n  {\"instruction\": \"Add\", \"input\": \"1 2\", \"output\": \"3\", \"note\": {\"a\": [1.50, null]}},\n\n {\"output\":\"x\"} ]";
        using RowFile rows = Open(text);
        Assert.Equal((2, RowShape.Alpaca, RowContainer.Array), (rows.Count, rows.Shape, rows.Container));
        Same(rows.Read(0), "Add", "1 2", "3");
        Same(rows.Read(1), "", "", "x");
        Assert.Equal((2, 4), (rows.Line(0), rows.Line(1)));
        Assert.Equal("{\"instruction\": \"Add\", \"input\": \"1 2\", \"output\": \"3\", \"note\": {\"a\": [1.50, null]}}", Encoding.UTF8.GetString(rows.RawJson(0)));
        Assert.Equal("{\"output\":\"x\"}", Encoding.UTF8.GetString(rows.RawJson(1)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), rows.Sha256);
    }

    [Fact]
    public void ReadsJsonLinesWithBlankLinesCarriageReturnsAndAByteOrderMark()
    {
        using RowFile rows = Open("\uFEFF\r\n  \n{\"instruction\":\"a\",\"output\":\"b\"}\r\n\r\n \t{\"instruction\":\"c\",\"output\":\"d\"} \r\n{\"instruction\":\"e\",\"output\":\"f\"}");
        Assert.Equal((3, RowContainer.Lines), (rows.Count, rows.Container));
        Assert.Equal([3, 5, 6], Enumerable.Range(0, 3).Select(rows.Line));
        Same(rows.Read(1), "c", "", "d");
        Assert.Equal("{\"instruction\":\"c\",\"output\":\"d\"}", Encoding.UTF8.GetString(rows.RawJson(1)));
        Same(rows.Read(2), "e", "", "f");
    }

    [Fact]
    public void MissingAndNullTextsAreEmpty()
    {
        using RowFile rows = Open("[{\"instruction\":null,\"output\":null,\"system\":null,\"history\":null},{},{\"instruction\":\"i\",\"system\":\"\",\"output\":\"o\"}]");
        Same(rows.Read(0), "", "", "");
        Same(rows.Read(1), "", "", "");
        Same(rows.Read(2), "i", "", "o");
    }

    [Fact]
    public void TheLastOfTwoEqualKeysWins()
    {
        using RowFile rows = Open("[{\"output\":5,\"id\":\"a\",\"instruction\":\"i\",\"output\":\"o\",\"id\":\"b\"},{\"id\":\"a\",\"instruction\":\"i\",\"output\":\"o\",\"output\":5}]");
        Same(rows.Read(0), "i", "", "o");
        Assert.Equal("b", rows.Id(0).Text);
        Assert.Equal("\"output\" is a number, not text", rows.Read(1).Error);
    }

    [Fact]
    public void ReadsSystemAndHistoryOfAlpacaRows()
    {
        using RowFile rows = Open("[{\"instruction\":\"i\",\"output\":\"o\",\"system\":\"s\",\"history\":[[\"q1\",\"a1\"],[\"q2\",null]]}]");
        Same(rows.Read(0), "i", "", "o", "s", new(TurnRole.User, "q1"), new(TurnRole.Assistant, "a1"), new(TurnRole.User, "q2"), new(TurnRole.Assistant, ""));
    }

    [Fact]
    public void ColumnsCanBeNamed()
    {
        using RowFile rows = Open(
            "[{\"prompt\":\"p\",\"context\":\"c\",\"input\":\"not this\",\"response\":\"r\",\"uid\":7}]",
            new RowFileOptions { Columns = ColumnMap.Parse("instruction=prompt, input=context, output=response, id=uid") });
        Same(rows.Read(0), "p", "c", "r");
        Assert.Equal("7", rows.Id(0).Text);
    }

    [Fact]
    public void AColumnNamedForOnePurposeServesNoOther()
    {
        using RowFile rows = Open("[{\"input\":\"p\",\"output\":\"r\"}]", new RowFileOptions { Columns = ColumnMap.Parse("instruction=input") });
        Same(rows.Read(0), "p", "", "r");
    }

    [Fact]
    public void EscapedColumnNamesAreTheSameNames()
    {
        using RowFile rows = Open("[{\"instr\\u0075ction\":\"p\",\"\\u006futput\":\"r\",\"\\ud800\":1,\"i\\u0064\":3}]");
        Same(rows.Read(0), "p", "", "r");
        Assert.Equal("3", rows.Id(0).Text);
    }

    [Theory]
    [InlineData("{\"instruction\":\"i\",\"output\":5}", "\"output\" is a number, not text")]
    [InlineData("{\"instruction\":true,\"output\":\"o\"}", "\"instruction\" is true or false, not text")]
    [InlineData("{\"instruction\":\"i\",\"input\":{\"a\":[1]},\"output\":\"o\"}", "\"input\" is an object, not text")]
    [InlineData("{\"instruction\":\"i\",\"output\":[\"o\"]}", "\"output\" is a list, not text")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"\\ud83d\"}", "\"output\" has half of a surrogate pair (an escape \\ud800 to \\udfff that stands alone)")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"history\":\"h\"}", "\"history\" is text, not a list of [question, answer] pairs")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"history\":[[\"a\"]]}", "\"history\" has 1 sides in pair 1, not [question, answer]")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"history\":[[\"a\",\"b\"],3]}", "\"history\" has a number as pair 2, not [question, answer]")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"history\":[[\"a\",{}]]}", "\"history\" pair 1: a side is an object, not text")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"id\":1.5}", "\"id\" is a number that is not an integer")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"id\":[1]}", "\"id\" is a list, not text or an integer")]
    [InlineData("{\"instruction\":\"i\",\"output\":\"o\",\"id\":false}", "\"id\" is true or false, not text or an integer")]
    [InlineData("7", "the row is a number, not an object")]
    [InlineData("[{\"output\":\"o\"}]", "the row is a list, not an object")]
    [InlineData("null", "the row is null, not an object")]
    public void AWrongRowIsKeptWithItsError(string row, string error)
    {
        foreach (string text in new[] { $"[{{\"instruction\":\"a\",\"output\":\"b\"}},{row}]", $"{{\"instruction\":\"a\",\"output\":\"b\"}}\n{row}\n" })
        {
            using RowFile rows = Open(text);
            Assert.Equal(2, rows.Count);
            Assert.Null(rows.Read(0).Error);
            Row wrong = rows.Read(1);
            Assert.Equal(error, wrong.Error);
            Assert.Equal(("", "", "", null, 0), (wrong.Instruction, wrong.Input, wrong.Output, wrong.System, wrong.History.Count));
            Assert.Equal(row, Encoding.UTF8.GetString(rows.RawJson(1)));
            Assert.Equal("1", rows.Id(1).Text);
        }
    }

    [Fact]
    public void IdsAreKeptExactly()
    {
        string huge = "-1" + new string('9', 400);
        string[] ids = ["9007199254740993", huge, "\"9007199254740993\"", "\"\\u00e9 \\\"x\\\"\"", "null", "\"\"", "0"];
        string[] texts = ["9007199254740993", huge, "9007199254740993", "é \"x\"", "4", "", "0"];
        using RowFile rows = Open("[" + string.Join(',', ids.Select(id => $"{{\"instruction\":\"i\",\"id\":{id},\"output\":\"o\"}}")) + "]");
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.Equal(texts[i], rows.Id(i).Text);
            Assert.Equal(rows.Id(i), rows.Read(i).Id);
            Assert.Equal(ids[i].StartsWith('"'), rows.Id(i).IsString);
        }
    }

    [Fact]
    public void IdsCanBeIgnored()
    {
        using RowFile rows = Open("[{\"instruction\":\"i\",\"id\":1,\"output\":\"o\"},{\"instruction\":\"i\",\"id\":1,\"output\":\"o\"},{\"id\":[],\"output\":\"o\"}]", new RowFileOptions { Ids = IdSource.Position });
        Assert.Equal(["0", "1", "2"], Enumerable.Range(0, 3).Select(i => rows.Id(i).Text));
        Assert.Null(rows.Read(2).Error);
    }

    [Fact]
    public void ALimitStopsTheScanButNotTheHash()
    {
        string text = string.Concat(Enumerable.Range(0, 50).Select(i => $"{{\"instruction\":\"{i}\",\"output\":\"o\"}}\n")) + "this is not JSON \u0001";
        foreach (string file in new[] { text, "[" + text.Replace("}\n", "},") })
        {
            using RowFile rows = Open(file, new RowFileOptions { Limit = 50, BufferBytes = 7 });
            Assert.Equal(50, rows.Count);
            Assert.Equal("49", rows.Read(49).Instruction);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file))), rows.Sha256);
        }
    }

    [Fact]
    public void AShapeCanBeForced()
    {
        const string text = "[{\"conversations\":[{\"from\":\"gpt\",\"value\":\"c\"}],\"instruction\":\"i\",\"output\":\"o\",\"messages\":null}]";
        using (RowFile rows = Open(text))
            Assert.Equal((RowShape.ShareGpt, "c"), (rows.Shape, rows.Read(0).Output));
        using (RowFile rows = Open(text, new RowFileOptions { Shape = RowShape.Alpaca }))
            Assert.Equal((RowShape.Alpaca, "o"), (rows.Shape, rows.Read(0).Output));
        using (RowFile rows = Open(text, new RowFileOptions { Columns = ColumnMap.Parse("output=output") }))
            Assert.Equal((RowShape.Alpaca, "o"), (rows.Shape, rows.Read(0).Output));
    }

    [Fact]
    public void ReadsFromManyThreads()
    {
        using RowFile rows = Open("[" + string.Join(",\n", Enumerable.Range(0, 2000).Select(i => $"{{\"id\":\"r{i}\",\"instruction\":\"{new string('x', i % 97)}{i}\",\"output\":\"{i}\"}}")) + "]");
        Parallel.For(0, 8 * rows.Count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, k =>
        {
            int i = k % rows.Count;
            Row row = rows.Read(i);
            Assert.Equal(($"r{i}", $"{new string('x', i % 97)}{i}", $"{i}"), (row.Id.Text, row.Instruction, row.Output));
        });
    }

    [Fact]
    public void ReportsBytesReadAndCanBeCancelled()
    {
        string path = _temp.Write("big.jsonl", string.Concat(Enumerable.Repeat("{\"instruction\":\"i\",\"output\":\"" + new string('o', 1000) + "\"}\n", 5000)));
        var heard = new Heard();
        RowFile.Open(path, null, heard).Dispose();
        Assert.True(heard.Values.Count >= 4);
        Assert.Equal(heard.Values.Order(), heard.Values);
        Assert.Equal(new FileInfo(path).Length, heard.Values[^1]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => RowFile.Open(path, cancellation: cancelled.Token));
    }

    private sealed class Heard : IProgress<long>
    {
        public List<long> Values { get; } = [];

        public void Report(long value) => Values.Add(value);
    }
}
