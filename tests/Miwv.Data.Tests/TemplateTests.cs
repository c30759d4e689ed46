namespace Miwv.Data.Tests;

public sealed class TemplateTests : IDisposable
{
    private static readonly Turn[] OneTurn = [new(TurnRole.User, "q"), new(TurnRole.Assistant, "r")];

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private static Row Row(string instruction, string input, string? system = null, params Turn[] history) =>
        new(7, RowId.FromPosition(7), instruction, input, "answer", system, history, null);

    private static string One(PromptTemplate template, Row row)
    {
        PromptPiece piece = Assert.Single(template.Render(row));
        Assert.False(piece.IsControl);
        return piece.Text;
    }

    // Earlier answers in brackets.
    private static string Turns(PromptTemplate template, Row row) => string.Concat(template.Render(row).Select(piece => piece.IsAnswer ? $"<{piece.Text}>" : piece.Text));

    private PromptTemplate File(string text, string name = "t.txt") => PromptTemplate.Load(_temp.Write(name, text));

    private string Refused(string text, string name = "t.txt")
    {
        string message = Assert.Throws<UserException>(() => File(text, name)).Message;
        Assert.DoesNotContain('\n', message);
        return message.Replace(_temp[name], "F");
    }

    [Fact]
    public void AlpacaIsStanfordsTextExactly()
    {
        PromptTemplate alpaca = PromptTemplate.Load("alpaca");
        Assert.Equal(
            "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\nDo {input}\n\n### Input:\n{instruction}\n\n### Response:",
            One(alpaca, Row("Do {input}", "{instruction}")));
        Assert.Equal(
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nDo\n\n### Response:",
            One(alpaca, Row("Do", "")));
        Assert.Equal(
            "S\n\n### Instruction:\nq\n\n### Response:<r>\n\n### Instruction:\nDo\n\n### Response:",
            Turns(alpaca, Row("Do", "", "S", OneTurn)));
        Assert.EndsWith("### Instruction:\nq\n\n### Response:<r>\n\n### Response:", Turns(alpaca, Row("", "", null, OneTurn)));
    }

    [Fact]
    public void PlainIsTextAndNewline()
    {
        PromptTemplate plain = PromptTemplate.Load("plain");
        Assert.Equal("a\nb\n", One(plain, Row("a", "b")));
        Assert.Equal("a\n", One(plain, Row("a", "")));
        Assert.Equal("\nb\n", One(plain, Row("", "b")));
        Assert.Equal("s\nq\n<r>\na\nb\n", Turns(plain, Row("a", "b", "s", OneTurn)));
    }

    [Fact]
    public void ChatMlKeepsDataOutOfControlPieces()
    {
        PromptTemplate chatml = PromptTemplate.Load("chatml");
        PromptPiece C(string text) => new(text, true);
        PromptPiece D(string text) => new(text, false);
        Assert.Equal(
            [C("<|im_start|>user\n"), D("a\n<|im_end|>"), C("<|im_end|>\n"), C("<|im_start|>assistant\n")],
            chatml.Render(Row("a", "<|im_end|>")));
        PromptPiece[] earlier =
        [
            C("<|im_start|>system\n"), D("s"), C("<|im_end|>\n"),
            C("<|im_start|>user\n"), D("q"), C("<|im_end|>\n"),
            C("<|im_start|>assistant\n"), new("r", IsControl: false, IsAnswer: true), C("<|im_end|>\n"),
        ];
        Assert.Equal([.. earlier, C("<|im_start|>user\n"), D("a"), C("<|im_end|>\n"), C("<|im_start|>assistant\n")], chatml.Render(Row("a", "", "s", OneTurn)));
        Assert.Equal([.. earlier, C("<|im_start|>assistant\n")], chatml.Render(Row("", "", "s", OneTurn)));
        Assert.Equal([C("<|im_start|>user\n"), C("<|im_end|>\n"), C("<|im_start|>assistant\n")], chatml.Render(Row("", "")));
    }

    [Fact]
    public void ATextFileHasPlacesAndAVariantWithoutInput()
    {
        PromptTemplate template = File("Q: {instruction}\r\nX: {input} {{}}\r\n--- no input ---\r\nQ: {instruction}\r\n\r\n");
        Assert.Equal("Q: {input}\nX: b {}", One(template, Row("{input}", "b")));
        Assert.Equal("Q: a\n", One(template, Row("a", "")));
        Assert.Equal(["Q: ", "\nX: ", " {}", "\n"], template.Literals);
        Assert.Equal("Q: a\nX:  ", One(File("Q: {instruction}\nX: {input} "), Row("a", "")));
        Assert.Equal("{instruction}\n{input}", File("{instruction}\n{input}").SourceText);
    }

    [Fact]
    public void LiteralsCanBecomeControlPieces()
    {
        PromptTemplate template = File("<s>{system}{history}[{instruction}]</s>\n").WithControlLiterals();
        Assert.Equal(
            [new("<s>", true), new("q\n", false), new("r", false, true), new("\n", false), new("[", true), new("<s>", false), new("]</s>", true)],
            template.Render(Row("<s>", "", null, OneTurn)));
    }

    [Fact]
    public void AlpacaLorasJsonIsATemplate()
    {
        PromptTemplate template = File("{\"description\":\"d\",\"prompt_input\":\"I {instruction}\\nX {input}\\n\",\"prompt_no_input\":\"N {instruction}\\n\",\"response_split\":\"R\"}", "lora.json");
        Assert.Equal("I a\nX b\n", One(template, Row("a", "b")));
        Assert.Equal("N a\n", One(template, Row("a", "")));
    }

    [Fact]
    public void ATextThatTheTemplateHasNoPlaceForIsRefused()
    {
        PromptTemplate template = File("{instruction}");
        string name = _temp["t.txt"];
        Assert.Equal($"{name}: row 7 has an input, but the template has no {{input}}; add it, or use another template", Assert.Throws<UserException>(() => template.Render(Row("a", "b"))).Message);
        Assert.Equal($"{name}: row 7 has a system text, but the template has no {{system}}; add it, or use another template", Assert.Throws<UserException>(() => template.Render(Row("a", "", "s"))).Message);
        Assert.Equal($"{name}: row 7 has earlier turns, but the template has no {{history}}; add it, or use another template", Assert.Throws<UserException>(() => template.Render(Row("a", "", null, OneTurn))).Message);
    }

    [Theory]
    [InlineData("a\nb {instruction}\n{output}", "F:3: unknown placeholder {output}; known are {instruction}, {input}, {system}, {history}; write {{ for the character itself")]
    [InlineData("{instruction}\n--- no input ---\n{instruction} {x}", "F:3: unknown placeholder {x}; known are {instruction}, {input}, {system}, {history}; write {{ for the character itself")]
    [InlineData("{instruction}\n {", "F:2: a single {; write {{ for the character itself")]
    [InlineData("}{instruction}", "F:1: a single }; write }} for the character itself")]
    [InlineData("Answer:", "F: the template has no {instruction}; without it every row has the same prompt")]
    [InlineData("{instruction}{input}\n--- no input ---\n", "F: the template has no {instruction}; without it every row has the same prompt")]
    [InlineData("{\"prompt_input\": \"{instruction}\"}", "F: a template in JSON needs the texts prompt_input and prompt_no_input")]
    public void AWrongTemplateFileIsNamedWithItsLine(string text, string message) => Assert.Equal(message, Refused(text));

    [Fact]
    public void AWrongJsonTemplateIsNamed()
    {
        Assert.Equal("F:2: the template is not valid JSON; it needs the texts prompt_input and prompt_no_input", Refused("{\n\"a\" 5}", "t.json"));
        Assert.Equal("F (prompt_no_input):2: unknown placeholder {q}; known are {instruction}, {input}, {system}, {history}; write {{ for the character itself",
            Refused("{\"prompt_input\":\"{instruction}\",\"prompt_no_input\":\"\\n{q}\"}", "t.json"));
    }

    [Fact]
    public void AnUnknownNameListsTheKnownOnes() =>
        Assert.Equal("--template vicuna: neither a file nor one of alpaca, plain, chatml", Assert.Throws<UserException>(() => PromptTemplate.Load("vicuna")).Message);

    [Fact]
    public void AFileThatIsNotTextIsRefused()
    {
        string path = _temp.Write("t.bin", [0xff, 0x41]);
        Assert.StartsWith($"{path}: cannot be read as a template: ", Assert.Throws<UserException>(() => PromptTemplate.Load(path)).Message);
    }
}
