namespace Miwv.Data.Tests;

public sealed class RowErrorAdviceTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private (int Row, string Advice)? Advice(string text, string? columns = null)
    {
        using RowFile rows = RowFile.Open(_temp.Write("rows.jsonl", text), new RowFileOptions { Columns = columns is null ? ColumnMap.Default : ColumnMap.Parse(columns) });
        return RowErrorAdvice.For(rows, Enumerable.Range(0, rows.Count).Select(i => (i, rows.Read(i).Error)).Where(row => row.Error is not null)!)
            is var (row, advice) ? (row, advice.Replace(_temp["rows.jsonl"], "F")) : null;
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"Human","content":"q"},{"role":"Assistant","content":"a"}]}""", null, "user_tag=Human,assistant_tag=Assistant")]
    [InlineData("""{"messages":[{"role":"USER","content":"q"},{"role":"assistant","content":"a"}]}""", null, "user_tag=USER")]
    [InlineData("""{"chat":[{"from":"System","value":"s"},{"from":"human","value":"q"},{"from":"bot","value":"a"}]}""", "messages=chat", "messages=chat,assistant_tag=bot,system_tag=System")]
    [InlineData("""{"messages":[{"role":"Human","content":"q"},{"role":"prompter","content":"q"},{"role":"gpt","content":"a"}]}""", null, "'user_tag=Human|prompter'")]
    [InlineData("""{"messages":[{"role":"me","content":"q"},{"role":"Human","content":"q"},{"role":"gpt","content":"a"}]}""", "user_tag=me", "'user_tag=me|Human'")]
    public void UnknownRolesThatAreKnownWords(string row, string? columns, string expected)
    {
        Assert.Equal((0, "try --columns " + expected), Advice(row, columns));
        Assert.Null(Advice(row, expected.Trim('\'')));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"wizard","content":"q"},{"role":"assistant","content":"a"}]}""", "say with user_tag=NAME,assistant_tag=NAME in --columns (several names of one with | between them) who speaks as wizard")]
    [InlineData("""{"conversations":["q","a"]}""", "the turns are plain texts, one side after the other: jq -c '(arrays[], objects) | del(.conversations) + {conversations: [.conversations | to_entries[] | {from: (if .key % 2 == 0 then \"human\" else \"gpt\" end), value}]}' < F > rows.jsonl")]
    [InlineData("""{"messages":"[{\"role\":\"user\"}]"}""", "the turns are JSON inside a text: jq -c '(arrays[], objects) | .messages |= (if type == \"string\" then fromjson else . end)' < F > rows.jsonl")]
    [InlineData("""{"messages":[{"speaker":"a","text":"b"}]}""", "the turns have speaker, text; say which is the speaker and which the text with --columns role_tag=FIELD,content_tag=FIELD")]
    public void OtherTurns(string row, string advice) => Assert.Equal((0, advice), Advice(row));

    [Theory]
    [InlineData("""{"messages":"[{'role':'user'}]"}""")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""")]
    [InlineData("""{"messages":[]}""")]
    [InlineData("""{"instruction":5,"output":"o"}""")]
    [InlineData("""{"messages":[{"role":"\ud800","content":"x"}]}""")]
    [InlineData("""{"messages":[{"role":"a\tb","content":"x"}]}""")]
    public void NothingToAdvise(string row) => Assert.Null(Advice(row));
}
