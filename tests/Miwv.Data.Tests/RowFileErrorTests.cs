using System.Text;

namespace Miwv.Data.Tests;

public sealed class RowFileErrorTests : IDisposable
{
    private const string Good = "{\"instruction\":\"i\",\"output\":\"o\"}";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private string Refused(ReadOnlySpan<byte> bytes, RowFileOptions? options = null)
    {
        string path = _temp.Write("rows.json", bytes);
        string? message = null;
        // The place of the buffer's boundaries must not matter.
        foreach (int buffer in new[] { 1, 3, 64 * 1024 })
        {
            string again = Assert.Throws<UserException>(() => RowFile.Open(path, (options ?? new RowFileOptions()) with { BufferBytes = buffer })).Message;
            Assert.Equal(message ?? again, again);
            message = again;
        }
        Assert.DoesNotContain('\n', message!);
        return message!.Replace(path, "F");
    }

    private string Refused(string text, RowFileOptions? options = null) => Refused(Encoding.UTF8.GetBytes(text), options);

    [Fact]
    public void AFileThatCannotBeOpened()
    {
        string missing = _temp["missing.json"];
        Assert.Equal($"{missing}: no such file", Assert.Throws<UserException>(() => RowFile.Open(missing)).Message);
        Assert.Equal($"{_temp.Root}: is a folder, not a data file", Assert.Throws<UserException>(() => RowFile.Open(_temp.Root)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n ")]
    [InlineData("\uFEFF")]
    public void AnEmptyFile(string text) => Assert.Equal("F: the file is empty; it should hold rows as a JSON array or JSON Lines", Refused(text));

    [Fact]
    public void AnEmptyArray() => Assert.Equal("F: the file holds no rows", Refused(" [ ] "));

    [Theory]
    [InlineData("hello", "F:1: begins with 'h'; rows are a JSON array ([...]) or JSON Lines (one {...} a line)")]
    [InlineData("\n\n\"x\"", "F:3: begins with '\"'; rows are a JSON array ([...]) or JSON Lines (one {...} a line)")]
    [InlineData("\u0001", "F:1: begins with the byte 0x01; rows are a JSON array ([...]) or JSON Lines (one {...} a line), as UTF-8 text")]
    [InlineData("PAR1xxxx", "F: is a Parquet file; export it as JSON Lines")]
    [InlineData("GGUF\u0003", "F: is a GGUF model, not a data file; models go after -m and -e")]
    public void NotRowsAtAll(string text, string message) => Assert.Equal(message, Refused(text));

    [Theory]
    [InlineData("utf-16", "[{}]")]
    [InlineData("utf-16BE", "[{}]")]
    [InlineData("utf-32", "{}")]
    public void OtherEncodings(string name, string text)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        Assert.Equal("F: is UTF-16 or UTF-32 text; save it as UTF-8", Refused([.. encoding.GetPreamble(), .. encoding.GetBytes(text)]));
        if (name != "utf-32")
            Assert.Equal("F: is UTF-16 or UTF-32 text; save it as UTF-8", Refused(encoding.GetBytes(text)));
    }

    [Theory]
    [InlineData("[\n@,\n@ x\n]", 3)]
    [InlineData("[\n@,\n{\"a\":\n01}\n]", 4)]
    [InlineData("[\n@\n@]", 3)]
    [InlineData("[\n\n@,\n]", 4)]
    [InlineData("[@,{\"a\":\"line\nbreak\"}]", 1)]
    [InlineData("[@,{\"a\":\"\\x\"}]", 1)]
    [InlineData("[@,{\"a\":NaN}]", 1)]
    [InlineData("[@,\n// a comment\n@]", 2)]
    [InlineData("@\n@ @\n", 2)]
    [InlineData("@\n\n@\n{\"a\" 5}\n@", 4)]
    [InlineData("@\n{\"a\":nul}", 2)]
    [InlineData("@\n]\n", 2)]
    [InlineData("@\nword\n", 2)]
    public void BrokenJsonIsNamedWithItsLine(string text, int line)
    {
        string message = Refused(text.Replace("@", Good));
        if (text.StartsWith("[@,{", StringComparison.Ordinal))
            Assert.StartsWith($"F:{line}: row 2 of the array: not valid JSON: ", message);
        else
            Assert.StartsWith($"F:{line}: not valid JSON: ", message);
        Assert.EndsWith("; correct the row or remove it", message);
    }

    [Theory]
    [InlineData("[@,\n@\n", "F:3: the file ends before the closing ] of the array; it was cut short, get it again")]
    [InlineData("[@,\n {\"a\":\n", "F:2: the file ends in the middle of the row that begins here; it was cut short, get it again")]
    [InlineData("[@,\n\n{\"instruction\":\"wor", "F:3: the file ends in the middle of the row that begins here; it was cut short, get it again")]
    [InlineData("@\n{\"instruction\":\"wor", "F:2: the file ends in the middle of this row; it was cut short, get it again")]
    [InlineData("@\n{", "F:2: the file ends in the middle of this row; it was cut short, get it again")]
    [InlineData("[@]\n\n[@]", "F:3: there is more text after the closing ] of the array; a file holds one array, or one object a line")]
    [InlineData("[@] \n ,", "F:2: there is more text after the closing ] of the array; a file holds one array, or one object a line")]
    [InlineData("{\n \"instruction\":\"a\",\n \"output\":\"b\"\n}\n{\n}", "F:1: the row does not end on its line; write one object a line (jq -c . F) or one array")]
    [InlineData("@\n{\"a\":\n1}\n", "F:2: the row does not end on its line; write one object a line (jq -c . F) or one array")]
    public void AFileThatEndsTooSoonOrTooLate(string text, string message) => Assert.Equal(message, Refused(text.Replace("@", Good)));

    [Theory]
    [InlineData("{\"version\": [1, 2], \"data\": [@]}")]
    [InlineData("{\"version\": 1,\n\"data\": [\n@,\n@\n]\n}\n")]
    [InlineData("{\n  \"data\": [\n    @\n  ]\n}")]
    public void RowsInsideAKey(string text) =>
        Assert.Equal("F: the rows are inside the key \"data\" of one object; save that list by itself (jq '.[\"data\"]' F > rows.json)", Refused(text.Replace("@", Good)));

    [Theory]
    [InlineData("a'; touch pwned; '")]
    [InlineData("a$(id)")]
    [InlineData("a\\\"] | input_filename #")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890")]
    public void AKeyThatIsMoreThanANameStandsInNoCommand(string key) =>
        Assert.EndsWith("of one object; save that list by itself", Refused($"{{\"{key}\": [{Good}]}}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("[\n@,\n{\"instruction\":\"caf\u00ff\"}]", 3, "0xFF")]
    [InlineData("@\n{\"instruction\":\"\u00e9\"}\n", 2, "0xE9")]
    [InlineData("[{\"a\":\n\"b\",\"c\":\n\"\u00c3\"}]", 3, "0xC3")]
    [InlineData("@\n@\n{\"a\":\"\u00ed\u00a0\u0080\"}", 3, "0xED")]
    [InlineData("@\n{\"a\":\"\u00c0\u0080\"}", 2, "0xC0")]
    public void InvalidUtf8(string latin, int line, string value) =>
        Assert.Equal($"F:{line}: the byte {value} is not UTF-8 text; convert the file to UTF-8", Refused(Encoding.Latin1.GetBytes(latin.Replace("@", Good))));

    [Fact]
    public void NestingDeeperThan64()
    {
        string Nested(int levels) => new string('[', levels - 1) + new string(']', levels - 1);
        string Row(int levels) => $"{{\"instruction\":\"i\",\"output\":\"o\",\"x\":{Nested(levels)}}}";
        foreach (Func<string, string> file in new Func<string, string>[] { row => $"[{Good},\n{row}]", row => $"{Good}\n{row}\n" })
        {
            using (RowFile rows = RowFile.Open(_temp.Write("deep.json", file(Row(64)))))
                Assert.Equal("o", rows.Read(1).Output);
            Assert.Equal("F:2: a row is nested deeper than 64 levels; flatten or remove it", Refused(file(Row(65))));
            Assert.Equal("F:2: a row is nested deeper than 64 levels; flatten or remove it", Refused(file(new string('[', 100_000))));
        }
    }

    [Fact]
    public void ARowLongerThanTheLimit()
    {
        var options = new RowFileOptions { MaxRowBytes = 1 << 20 };
        string Row(int bytes) => Good.Replace("\"o\"", $"\"{new string('o', bytes - Good.Length + 1)}\"");
        Assert.Equal(1 << 20, Row(1 << 20).Length);
        foreach (Func<string, string> file in new Func<string, string>[] { row => $"[{Good},\n{row}\n]", row => $"{Good}\n{row}\n{Good}" })
        {
            using (RowFile rows = RowFile.Open(_temp.Write("long.json", file(Row(1 << 20))), options))
                Assert.Equal(1 << 20, rows.RawJson(1).Length);
            string path = _temp.Write("long.json", file(Row((1 << 20) + 1)));
            Assert.Equal($"{path}:2: a row is longer than 1 MiB; split or remove it", Assert.Throws<UserException>(() => RowFile.Open(path, options)).Message);
        }
    }

    [Theory]
    [InlineData("[1,\"a\",[{}],null]", "F: none of the 4 rows is a JSON object; each should have a prompt and an answer, such as {\"instruction\": ..., \"output\": ...}")]
    [InlineData("[{},{}]", "F: no row has a column for the answer; the rows have no columns; name yours with --columns instruction=COLUMN,input=COLUMN,output=COLUMN")]
    [InlineData("[{\"a\":1},{\"b\":1,\"a\":2}]", "F: no row has a column for the answer; columns found: a, b; name yours with --columns instruction=COLUMN,input=COLUMN,output=COLUMN")]
    [InlineData("{\"instruction\":\"\",\"context\":\"\",\"response\":\"\",\"category\":\"\"}", "F: no row has a column for the answer; columns found: instruction, context, response, category; try --columns input=context,output=response")]
    [InlineData("{\"prompt\":\"\",\"completion\":\"\"}", "F: no row has a column for the answer; columns found: prompt, completion; try --columns instruction=prompt,output=completion")]
    [InlineData("{\"question\":\"\",\"answer\":\"\"}", "F: no row has a column for the answer; columns found: question, answer; try --columns instruction=question,output=answer")]
    [InlineData("{\"prompt\":\"\",\"response\":\"\"}", "F: no row has a column for the answer; columns found: prompt, response; try --columns instruction=prompt,output=response")]
    [InlineData("{\"conversation\":[{\"role\":\"user\"}]}", "F: no row has a column for the answer; columns found: conversation; try --columns messages=conversation")]
    [InlineData("{\"prompt\":\"\",\"output\":\"\"}", "F: no row has a column for the instruction; columns found: prompt, output; try --columns instruction=prompt")]
    [InlineData("{\"input\":\"\",\"output\":\"\"}", "F: no row has a column for the instruction; columns found: input, output; try --columns instruction=input")]
    [InlineData("{\"prompt\":\"\",\"chosen\":\"\",\"rejected\":\"\"}", "F: no row has a column for the answer; columns found: prompt, chosen, rejected; try --columns instruction=prompt,output=chosen")]
    [InlineData("{\"prompt\":\"\",\"chosen\":[@],\"rejected\":[@]}", "F: no row has a column for the answer; columns found: prompt, chosen, rejected; try --columns messages=chosen")]
    [InlineData("{\"prompt\":[@],\"chosen\":[{\"role\":\"assistant\"}]}", "F: no row has a column for the answer; columns found: prompt, chosen; prompt and answer are two lists of turns, make them one: jq -c '(arrays[], objects) | del(.prompt, .chosen) + {messages: (.prompt + .chosen)}' < F > rows.jsonl")]
    [InlineData("{\"chosen\":\"\",\"rejected\":\"\"}", "F: no row has a column for the answer; columns found: chosen, rejected; \"chosen\" alone does not say what is prompt and what is answer; split it into the columns instruction and output")]
    [InlineData("{\"id\":\"a\",\"system_prompt\":\"\",\"question\":\"\",\"response\":\"\"}", "F: no row has a column for the answer; columns found: id, system_prompt, question, response; try --columns instruction=question,output=response,system=system_prompt")]
    [InlineData("{\"Instruction\":\"\",\"Input\":\"\",\"Output\":\"\"}", "F: no row has a column for the answer; columns found: Instruction, Input, Output; try --columns instruction=Instruction,input=Input,output=Output")]
    [InlineData("{\"Conversations\":[@]}", "F: no row has a column for the answer; columns found: Conversations; try --columns messages=Conversations")]
    [InlineData("{\"inputs\":\"\",\"targets\":\"\",\"task\":\"\"}", "F: no row has a column for the answer; columns found: inputs, targets, task; try --columns instruction=inputs,output=targets")]
    [InlineData("{\"text\":\"\"}", "F: no row has a column for the answer; columns found: text; \"text\" alone does not say what is prompt and what is answer; split it into the columns instruction and output")]
    [InlineData("{\"id\":\"0\",\"data\":[\"q\",\"a\"]}", "F: no row has a column for the answer; columns found: id, data; the turns are plain texts, one side after the other: jq -c '(arrays[], objects) | del(.data) + {conversations: [.data | to_entries[] | {from: (if .key % 2 == 0 then \"human\" else \"gpt\" end), value}]}' < F > rows.jsonl")]
    [InlineData("{\"dialog\":[{\"who\":\"a\",\"said\":\"b\"}]}", "F: no row has a column for the answer; columns found: dialog; say which field of a turn (who, said) is the speaker and which the text: --columns messages=dialog,role_tag=FIELD,content_tag=FIELD")]
    public void RowsWithoutAnAnswerOrAnInstruction(string text, string message)
    {
        Assert.Equal(message, Refused(text.Replace("@", "{\"role\":\"user\"}")));
        if (message.IndexOf("try --columns ", StringComparison.Ordinal) is >= 0 and int at)
        {
            using RowFile rows = RowFile.Open(_temp["rows.json"], new RowFileOptions { Columns = ColumnMap.Parse(message[(at + 14)..]) });
            Assert.Null(rows.Read(0).Error);
        }
    }

    [Fact]
    public void WhatIsNamedAlreadyStaysInTheAdvice() =>
        Assert.Equal(
            "F: no row has a column for the instruction; columns found: question, reply, note; try --columns instruction=question,output=reply,system=-",
            Refused("{\"question\":\"\",\"reply\":\"\",\"note\":\"\"}", new RowFileOptions { Columns = ColumnMap.Parse("output=reply,system=-") }));

    [Fact]
    public void ANamedColumnThatNoRowHas() =>
        Assert.Equal(
            "F: no row has the column \"contxt\" that --columns names; columns found: instruction, output",
            Refused($"[{Good}]", new RowFileOptions { Columns = ColumnMap.Parse("input=contxt") }));

    [Fact]
    public void ColumnsOfTwoShapes() =>
        Assert.Equal(
            "F: --columns output=output,messages=m mixes shapes; name either instruction, input, output, or messages, or conversations",
            Refused("[{\"output\":\"o\",\"m\":[]}]", new RowFileOptions { Columns = ColumnMap.Parse("messages=m,output=output") }));

    [Theory]
    [InlineData("output", "--columns output: \"output\" is not of the form instruction=COLUMN")]
    [InlineData("output=", "--columns output=: \"output=\" is not of the form instruction=COLUMN")]
    [InlineData("answer=a", "--columns answer=a: \"answer\" is none of id, instruction, input, output, system, history, messages, conversations, role_tag, content_tag, user_tag, assistant_tag, observation_tag, function_tag, system_tag")]
    [InlineData("output=a,output=b", "--columns output=a,output=b: output is given twice")]
    [InlineData("output=a,input=a", "--columns output=a,input=a: the column \"a\" is given twice")]
    public void AWrongColumnsOption(string text, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => ColumnMap.Parse(text)).Message);

    [Theory]
    [InlineData("7", "7", "7", 3)]
    [InlineData("\"a\"", "\"\\u0061\"", "a", 3)]
    public void TheSameIdTwice(string first, string? second, string shown, int line)
    {
        string Row(string? id) => id is null ? Good : $"{{\"id\":{id},\"instruction\":\"i\",\"output\":\"o\"}}";
        string[] rows = [Row(first), Row(second), .. Enumerable.Repeat(Good, 4)];
        string message = Refused("[\n" + string.Join(",\n", rows) + "]");
        Assert.Equal($"F:{line}: the row has the id {shown}, like the row on line 2; make the ids unique, or number the rows with --ids position", message);
    }

    [Theory]
    [InlineData("{\"id\":1,@}\n{@}\n{\"id\":\"1\",@}", "F:2: the row has no id, and its position 1, which would stand for it, is the id of the row on line 1; give every row an id, or number the rows with --ids position")]
    [InlineData("{@}\n{@}\n{\"id\":1,@}", "F:3: the row has the id 1, which the row on line 2 has by its position, for it has no id; give every row an id, or number the rows with --ids position")]
    [InlineData("[{\"id\":7,@},{\"id\":8,@},{\"id\":7,@}]", "F:1: row 3 of the array: the row has the id 7, like the row on line 1 (row 1); make the ids unique, or number the rows with --ids position")]
    [InlineData("[{\"id\":1,@},\n{\"id\":null,@}]", "F:2: the row has no id, and its position 1, which would stand for it, is the id of the row on line 1; give every row an id, or number the rows with --ids position")]
    public void AnIdThatIsAnotherRowsPosition(string text, string message) => Assert.Equal(message, Refused(text.Replace("@", "\"instruction\":\"i\",\"output\":\"o\"")));

    [Fact]
    public void AStringAndAnIntegerWithTheSameTextAreDifferentIds()
    {
        using RowFile rows = RowFile.Open(_temp.Write("ids.json", "[{\"id\":5,\"instruction\":\"i\",\"output\":\"o\"},{\"id\":\"5\",\"output\":\"o\"}]"));
        Assert.Equal(2, rows.Count);
    }

    [Fact]
    public void AFileThatChangesWhileItIsInUse()
    {
        string path = _temp.Write("change.json", $"[{Good},{Good}]");
        using RowFile rows = RowFile.Open(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(10);
        Assert.Equal($"{path}:1: the file was changed while it was in use; start again", Assert.Throws<UserException>(() => rows.Read(1)).Message);
        Assert.Throws<UserException>(() => SelectionWriter.Write(rows, [], Stream.Null));
    }
}
