namespace Miwv.Data.Tests;

public sealed class ConversationTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private Row Read(string row)
    {
        using RowFile rows = RowFile.Open(_temp.Write("rows.jsonl", row + "\n"));
        return rows.Read(0);
    }

    private static Turn User(string text) => new(TurnRole.User, text);

    private static Turn Assistant(string text) => new(TurnRole.Assistant, text);

    [Fact]
    public void TheLastAssistantTurnIsTheAnswerAndWhatFollowsIsIgnored()
    {
        Row row = Read("""{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q1"},{"role":"assistant","content":"a1"},{"role":"user","content":"q2"},{"role":"assistant","content":"a2"},{"role":"user","content":"q3"}]}""");
        Assert.Equal(("q2", "", "a2", "s"), (row.Instruction, row.Input, row.Output, row.System));
        Assert.Equal([User("q1"), Assistant("a1")], row.History);
        Assert.Equal("s\nq1\na1\nq2", row.EmbeddingText);
        Assert.Equal(["system", "user", "assistant", "user"], row.Messages().Select(turn => turn.RoleName));
        Assert.Equal(["s", "q1", "a1", "q2"], row.Messages().Select(turn => turn.Text));
    }

    [Fact]
    public void ToolTurnsCountAsAssistantAndUser()
    {
        Row row = Read("""{"conversations":[{"from":"human","value":"h"},{"from":"function_call","value":"f"},{"from":"observation","value":"o"},{"from":"gpt","value":"g"}],"tools":"[]"}""");
        Assert.Equal(("o", "g"), (row.Instruction, row.Output));
        Assert.Equal([User("h"), Assistant("f") with { IsTool = true }], row.History);
        row = Read("""{"conversations":[{"from":"human","value":"h"},{"from":"function_call","value":"f"}]}""");
        Assert.Equal(("h", "f"), (row.Instruction, row.Output));
    }

    [Fact]
    public void AnAnswerAfterAnotherAssistantTurnContinuesIt()
    {
        Row row = Read("""{"conversations":[{"from":"human","value":"h"},{"from":"gpt","value":"g1"},{"from":"gpt","value":"g2"}]}""");
        Assert.Equal(("", "g2"), (row.Instruction, row.Output));
        Assert.Equal([User("h"), Assistant("g1")], row.History);
        Assert.True(row.ContinuesAssistant);
        Assert.Equal([User("h"), Assistant("g1")], row.Messages());
        Assert.Equal("h\ng1", row.EmbeddingText);
    }

    [Theory]
    [InlineData("""{"conversations":[{"from":"human","value":"h"}]}""", "h")]
    [InlineData("""{"conversations":[]}""", "")]
    [InlineData("""{"conversations":null}""", "")]
    public void WithoutAnAssistantTurnTheAnswerIsEmpty(string json, string instruction)
    {
        Row row = Read(json);
        Assert.Equal((instruction, "", null), (row.Instruction, row.Output, row.Error));
        Assert.Empty(row.History);
    }

    [Fact]
    public void SeveralSystemTurnsAreJoined()
    {
        Row row = Read("""{"messages":[{"role":"developer","content":"s1"},{"role":"user","content":"u"},{"role":"system","content":"s2"},{"role":"assistant","content":"a"},{"role":"system","content":"late"}]}""");
        Assert.Equal(("s1\ns2", "u", "a"), (row.System, row.Instruction, row.Output));
        Assert.Empty(row.History);
    }

    [Fact]
    public void ASystemTextBesideTheTurnsCounts()
    {
        Row row = Read("""{"conversations":[{"from":"system","value":"s2"},{"from":"human","value":"h"},{"from":"gpt","value":"g"}],"system":"s1"}""");
        Assert.Equal(("s1\ns2", "h", "g"), (row.System, row.Instruction, row.Output));
        row = Read("""{"messages":[{"role":"user","content":"h"},{"role":"assistant","content":"g"}],"system":null,"instruction":5}""");
        Assert.Equal((null, "h", "g", null), (row.System, row.Instruction, row.Output, row.Error));
        Assert.Equal("\"system\" is a list, not text", Read("""{"messages":[],"system":["s"]}""").Error);
    }

    [Fact]
    public void ContentCanBeTextParts()
    {
        Row row = Read("""{"messages":[{"role":"user","loss_weight":0.0,"content":[{"type":"text","text":"a"},{"value":"b","type":"text"}]},{"content":null,"role":"assistant"}]}""");
        Assert.Equal(("ab", "", null), (row.Instruction, row.Output, row.Error));
    }

    [Fact]
    public void EitherSpellingOfATurnIsRead()
    {
        Row row = Read("""{"conversations":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}""");
        Assert.Equal(("u", "a"), (row.Instruction, row.Output));
        row = Read("""{"messages":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}""");
        Assert.Equal(("u", "a"), (row.Instruction, row.Output));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"wizard","content":"a"}]}""", "\"messages\" turn 1: unknown role \"wizard\"")]
    [InlineData("""{"messages":[{"content":"a"}]}""", "\"messages\" turn 1: has no \"role\"")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"},{"value":"a"}]}""", "\"conversations\" turn 2: has no \"from\"")]
    [InlineData("""{"conversations":[{"from":3,"value":"a"}]}""", "\"conversations\" turn 1: \"from\" is a number, not text")]
    [InlineData("""{"conversations":[{"from":"human","value":{}}]}""", "\"conversations\" turn 1: \"value\" is an object, not text")]
    [InlineData("""{"conversations":["a"]}""", "\"conversations\" turn 1 is text, not an object")]
    [InlineData("""{"conversations":"a"}""", "\"conversations\" is text, not a list of turns")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}""", "\"messages\" turn 1: a part of \"content\" is of type \"image_url\"; only text can be scored")]
    [InlineData("""{"messages":[{"role":"user","content":[5]}]}""", "\"messages\" turn 1: a part of \"content\" is a number, not an object")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":5}]}]}""", "\"messages\" turn 1: \"text\" is a number, not text")]
    public void AWrongTurnMakesTheRowWrong(string json, string error) => Assert.Equal(error, Read(json).Error);
}
