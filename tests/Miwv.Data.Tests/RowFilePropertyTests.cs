using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Miwv.Data.Tests;

public sealed class RowFilePropertyTests : IDisposable
{
    private static readonly Gen<string> Texts = Gen.Elements(
            "a", "word ", "\"", "\\", "\n", "\r\n", "\t", "\0", "é", "漢", "😀", "{", "}", "[", "]", ",", ":", "// x", "\u2028", "\uFEFF", "null", new string('z', 90))
        .ArrayOf().Select(string.Concat);

    private static readonly Gen<string?> Fields = Gen.Frequency((1, Gen.Constant<string?>(null)), (5, Texts.Select(text => (string?)text)));

    private static readonly Gen<string> Junk = Gen.Elements(
        "1.50", "-0", "1e400", "12345678901234567890", "true", "null", "\"\\u00e9\\/\"", "\"\\ud800\"", "[ ]", "{ }", "[1, [2, {\"output\": 3}]]", "{\"id\":5, \"instruction\" : {\"\":[]}}");

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private sealed record Source(string? Instruction, string? Input, string Output, string? OwnId, string Unknown, int Style);

    private static readonly Gen<Source> Sources =
        from instruction in Fields
        from input in Fields
        from output in Texts
        from id in Gen.Elements<string?>(null, "null", "string", "integer")
        from junk in Junk
        from style in Gen.Choose(0, 63)
        select new Source(instruction, input, output, id, junk, style);

    private sealed record FileCase(Source[] Rows, bool Array, int Buffer, string Gap);

    private static readonly Gen<FileCase> Files =
        from rows in Sources.NonEmptyListOf()
        from array in Gen.Elements(true, false)
        from buffer in Gen.Elements(1, 2, 3, 5, 16, 17, 64, 1000, 65536)
        from gap in Gen.Elements("", " ", "\n", "\r\n \t", "\n\n\n")
        select new FileCase([.. rows], array, buffer, gap);

    [Fact]
    public void WhatWasWrittenIsRead() =>
        Prop.ForAll(Files.ToArbitrary(), file =>
        {
            string[] json = [.. file.Rows.Select((row, i) => Json(row, i, file.Array ? file.Gap : " "))];
            string path = _temp.Write("rows", Text(file, json));
            using RowFile rows = RowFile.Open(path, new RowFileOptions { BufferBytes = file.Buffer });
            Assert.Equal(file.Rows.Length, rows.Count);
            Assert.Equal(file.Array ? RowContainer.Array : RowContainer.Lines, rows.Container);
            for (int i = 0; i < rows.Count; i++)
            {
                Row row = rows.Read(i);
                Source source = file.Rows[i];
                Assert.Null(row.Error);
                Assert.Equal((source.Instruction ?? "", source.Input ?? "", source.Output), (row.Instruction, row.Input, row.Output));
                Assert.Equal(json[i], Encoding.UTF8.GetString(rows.RawJson(i)));
                Assert.Equal(source.OwnId switch { "string" => $"é{i}", "integer" => Integer(i), _ => $"{i}" }, rows.Id(i).Text);
                Assert.Equal(rows.Id(i), row.Id);
                Assert.Equal(1 + File.ReadAllText(path)[..Position(path, json, i)].Count(c => c == '\n'), rows.Line(i));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void WhatIsSelectedIsReadAgain() =>
        Prop.ForAll(Files.ToArbitrary(), Gen.Choose(0, 1000).ListOf().ToArbitrary(), (file, picks) =>
        {
            string[] json = [.. file.Rows.Select((row, i) => Json(row, i, file.Array ? file.Gap : " "))];
            using RowFile rows = RowFile.Open(_temp.Write("rows", Text(file, json)));
            int[] chosen = [.. picks.Select(pick => pick % rows.Count).Distinct(), 0];
            chosen = [.. chosen.Distinct()];
            SelectionWriter.Write(rows, chosen, _temp["selected"]);
            using RowFile selected = RowFile.Open(_temp["selected"], new RowFileOptions { Ids = IdSource.Position });
            Assert.Equal(rows.Container, selected.Container);
            Assert.Equal(chosen.Select(i => json[i]), Enumerable.Range(0, selected.Count).Select(i => Encoding.UTF8.GetString(selected.RawJson(i))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void DamagedBytesGiveRowsOrOneLine() =>
        Prop.ForAll(Files.ToArbitrary(), Damage.ToArbitrary(), (file, damage) =>
        {
            string[] json = [.. file.Rows.Select((row, i) => Json(row, i, file.Array ? file.Gap : " "))];
            byte[] bytes = damage.Aggregate(Encoding.UTF8.GetBytes(Text(file, json)), (before, hit) => hit.Apply(before));
            string path = _temp.Write("rows", bytes);
            string first = Outcome(path, file.Buffer);
            Assert.Equal(first, Outcome(path, 65536));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private sealed record Hit(int Kind, int Where, byte Value)
    {
        public byte[] Apply(byte[] bytes)
        {
            int at = bytes.Length == 0 ? 0 : Where % bytes.Length;
            return Kind switch
            {
                0 => bytes[..at],
                1 => [.. bytes[..at], Value, .. bytes[at..]],
                2 when bytes.Length > 0 => [.. bytes[..at], Value, .. bytes[(at + 1)..]],
                3 when bytes.Length > 0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                _ => [.. bytes[..at], .. bytes[(at / 2)..]],
            };
        }
    }

    private static readonly Gen<List<Hit>> Damage =
        (from kind in Gen.Choose(0, 4)
         from place in Gen.Choose(0, 100_000)
         from value in Gen.OneOf(Gen.Choose(0, 255), Gen.Elements("{}[],:\"\\\n 0n".Select(c => (int)c)))
         select new Hit(kind, place, (byte)value)).NonEmptyListOf().Select(hits => hits.Take(3).ToList());

    private static string Outcome(string path, int buffer)
    {
        try
        {
            using RowFile rows = RowFile.Open(path, new RowFileOptions { BufferBytes = buffer });
            var all = new StringBuilder();
            for (int i = 0; i < rows.Count; i++)
            {
                Row row = rows.Read(i);
                // A row that the scan let pass is one that the platform's own reader can read too.
                using (JsonDocument.Parse(rows.RawJson(i).ToArray(), new JsonDocumentOptions { MaxDepth = 70 }))
                    all.Append(row.Id).Append('|').Append(row.Error).Append('|').Append(row.Output).Append('|').Append(rows.Line(i)).Append('\n');
            }
            return all.ToString();
        }
        catch (UserException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.StartsWith(path, e.Message);
            return e.Message;
        }
    }

    private static string Integer(int row) => $"9007199254740993{row}";

    private static int Position(string path, string[] json, int row)
    {
        string text = File.ReadAllText(path);
        int at = 0;
        for (int i = 0; i < row; i++)
            at = text.IndexOf(json[i], at, StringComparison.Ordinal) + json[i].Length;
        return text.IndexOf(json[row], at, StringComparison.Ordinal);
    }

    private static string Text(FileCase file, string[] json) => file.Array
        ? file.Gap + "[" + file.Gap + string.Join(file.Gap + "," + file.Gap, json) + file.Gap + "]" + file.Gap
        : file.Gap + string.Join("\n" + file.Gap, json) + file.Gap;

    private static string Json(Source row, int index, string gap)
    {
        var fields = new List<string>();
        void Add(string name, string value) => fields.Add($"{gap}\"{name}\"{gap}:{gap}{value}{gap}");
        string Quoted(string text) => JsonSerializer.Serialize(text, (row.Style & 1) == 0 ? JsonSerializerOptions.Default : Relaxed);
        if (row.Instruction is not null || (row.Style & 2) == 0 || index == 0)
            Add("instruction", row.Instruction is null ? "null" : Quoted(row.Instruction));
        if (row.Input is not null || (row.Style & 4) == 0)
            Add("input", row.Input is null ? "null" : Quoted(row.Input));
        Add("output", Quoted(row.Output));
        if (row.OwnId is not null)
            Add("id", row.OwnId switch { "string" => Quoted($"é{index}"), "integer" => Integer(index), _ => "null" });
        Add("unknown", row.Unknown);
        if ((row.Style & 8) != 0)
            fields.Reverse();
        return "{" + string.Join(',', fields) + "}";
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
