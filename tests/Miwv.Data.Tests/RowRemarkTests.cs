namespace Miwv.Data.Tests;

/// <summary>What rows hold beside the scored text, or lack, is told once with a count; the rows themselves stay as they are.</summary>
public sealed class RowRemarkTests : IDisposable
{
    private const string Alpaca = """{"instruction":"i","output":"o"}""";
    private const string Chat = """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private string[] Lines(params string[] rows) => Of(_temp.Write("rows.jsonl", string.Join('\n', rows)));

    private static string[] Of(string path)
    {
        using RowFile file = RowFile.Open(path);
        var remarks = new RowRemarks();
        for (int i = 0; i < file.Count; i++)
            remarks.Add(file.Read(i));
        return [.. remarks.Lines(file).Select(line => line.Replace(path, "F"))];
    }

    private static string Turn(string more) => $$"""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a",{{more}}}]}""";

    [Fact]
    public void PartsOfChatRowsThatAreNotScored()
    {
        string calls = """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c"}]},{"role":"tool","content":"r"},{"role":"assistant","content":"a","thinking":"hm"}],"tools":[{}]}""";
        Assert.Equal(
            ["F: 2 rows have tool_calls, which are not in the scored text; 1 row has reasoning in a field beside the answer, which is not in the scored text; 3 rows have assistant turns of weight 0, which are scored all the same; 1 row has tools, which are not in the scored prompt"],
            Lines(Chat, calls, Turn("\"function_call\":{\"name\":\"f\"}"), Turn("\"weight\":0"), Turn("\"loss_weight\":0.0"), Turn("\"train\":false")));
    }

    [Theory]
    [InlineData("\"tool_calls\":[]")]
    [InlineData("\"tool_calls\":null,\"reasoning_content\":\"\"")]
    [InlineData("\"weight\":1,\"train\":true,\"mask\":false,\"loss_weight\":null")]
    [InlineData("\"reasoning_content\":null,\"name\":\"n\",\"thinking\":[]")]
    public void FieldsThatSayNothing(string more) => Assert.Empty(Lines(Turn(more)));

    [Fact]
    public void OnlyTheAssistantsTurnsAreScoredSoOnlyTheirWeightsAreTold() =>
        Assert.Empty(Lines("""{"messages":[{"role":"user","content":"q","weight":0,"train":false},{"role":"assistant","content":"a"}],"tools":"[]"}"""));

    [Fact]
    public void HostileFieldsAreSkippedWhole()
    {
        string row = Turn("""
            "tool_calls":{"a":[[{"role":"x"}]]},"weight":1e999,"thinking":"\ud800","reasoning_content":[{"content":"x"}],"mask":[true],"loss":{"a":0}
            """.Trim());
        using RowFile rows = RowFile.Open(_temp.Write("hostile.jsonl", row));
        Assert.Equal(("a", RowNotes.ToolCalls | RowNotes.Reasoning), (rows.Read(0).Output, rows.Read(0).Notes));
    }

    [Fact]
    public void RowsOfTwoShapes()
    {
        Assert.Equal(
            ["F: 2 rows have no output but messages, and so an empty answer (the first is on line 2); rows of one file are read in one shape, put these into a file of their own"],
            Lines(Alpaca, Chat, Alpaca, Chat));
        Assert.Equal(
            ["F: 1 row has no messages but output, and so an empty answer (the first is on line 2); rows of one file are read in one shape, put these into a file of their own"],
            Lines(Chat, """{"messages":null,"instruction":"i","output":"o"}"""));
        Assert.Empty(Lines(Alpaca, """{"instruction":"i","output":"o","messages":[]}""", """{"instruction":"i","output":null,"messages":null}"""));
    }

    [Fact]
    public void RowsWithoutTheColumn()
    {
        Assert.Equal(
            ["F: 2 rows have no output, and so an empty answer (the first, on line 2, has foo); name their columns like the other rows', or remove them"],
            Lines(Alpaca, "{\"foo\":1}", "{}"));
        Assert.Equal(
            ["F: 1 row has no output, and so an empty answer (the first, on line 1 (row 2), has no columns); name their columns like the other rows', or remove them"],
            Of(_temp.Write("one.json", $"[{Alpaca},{{}}]")));
        Assert.Empty(Lines(Alpaca, """{"instruction":"i","output":""}""", """{"instruction":"i","output":null}""", "5", """{"output":5}"""));
    }
}
