using System.Text;

namespace Miwv.Data.Tests;

/// <summary>Files that are no rows, or not on this machine: what they are and what to do.</summary>
public sealed class InputKindTests : IDisposable
{
    private const string Good = "{\"instruction\":\"i\",\"output\":\"o\"}";
    private const string Csv = "import csv,json; csv.field_size_limit(1<<30); [print(json.dumps(r)) for r in csv.DictReader(open(0,encoding='utf-8-sig',newline=''))]";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private string Refused(string name, ReadOnlySpan<byte> bytes)
    {
        string path = _temp.Write(name, bytes);
        string? message = null;
        foreach (int buffer in new[] { 1, 3, 64 * 1024 })
        {
            string again = Assert.Throws<UserException>(() => RowFile.Open(path, new RowFileOptions { BufferBytes = buffer })).Message;
            Assert.Equal(message ?? again, again);
            message = again;
        }
        return message!.Replace(path, "F");
    }

    private string Refused(string name, string text) => Refused(name, Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("rows.csv", "a,b\n1,2\n")]
    [InlineData("rows", "\uFEFF\"instruction\",\"output\"\n1,2\n")]
    [InlineData("rows.txt", "Prompt,Response\r\n1,2\r\n")]
    public void Tables(string name, string text) => Assert.Equal($"F: is a CSV file; convert it: python3 -c \"{Csv}\" < F > rows.jsonl", Refused(name, text));

    [Fact]
    public void OtherTables()
    {
        Assert.Equal($"F: is a TSV file; convert it: python3 -c \"{Csv.Replace("))]", "),delimiter='\\t')]")}\" < F > rows.jsonl", Refused("rows.txt", "input\toutput\n"));
        Assert.Equal($"F: is a CSV file; convert it: gzip -dc F | python3 -c \"{Csv}\" > rows.jsonl", Refused("rows.csv.gz", TempFolder.Gzip("a,b\n1,2\n"u8)));
        Assert.EndsWith($"\" < '{_temp["my rows.csv"]}' > rows.jsonl", Assert.Throws<UserException>(() => RowFile.Open(_temp.Write("my rows.csv", "a,b\n"))).Message);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "F: is a Git LFS pointer, not the data itself; run git lfs pull in its repository, or download the file again")]
    [InlineData("\n<!DOCTYPE html>\n<html>", "F: is a web page (HTML), such as a login or an error page, not the data; download the file again")]
    [InlineData("<?xml version='1.0'?>", "F: is XML or HTML; download the file again, or export it as JSON Lines")]
    [InlineData("ARROW1\0\0", "F: is an Arrow or Feather file; export it as JSON Lines")]
    [InlineData("FEA1\0\0", "F: is an Arrow or Feather file; export it as JSON Lines")]
    [InlineData("hello, world\n", "F:1: begins with 'h'; rows are a JSON array ([...]) or JSON Lines (one {...} a line)")]
    public void Texts(string text, string message) => Assert.Equal(message, Refused("rows.json", text));

    [Theory]
    [InlineData("fd377a585a000004", "F: is compressed with xz; unpack it (xz -dk) or use gzip")]
    [InlineData("425a683931415926", "F: is compressed with bzip2; unpack it (bzip2 -dk) or use gzip")]
    [InlineData("377abcaf271c0004", "F: is a 7z archive; unpack it")]
    [InlineData("ffffffff10000000", "F: is an Arrow or Feather file; export it as JSON Lines")]
    [InlineData("0000feff0000005b", "F: is UTF-16 or UTF-32 text; save it as UTF-8")]
    public void Bytes(string hex, string message) => Assert.Equal(message, Refused("rows.json", Convert.FromHexString(hex)));

    [Theory]
    [InlineData("[{'instruction': \"it's\"}]", "F:1: not JSON but what Python prints, with texts in single quotes; convert it: python3 -c \"import ast,json; [print(json.dumps(r)) for r in ast.literal_eval(open(0,encoding='utf-8-sig').read())]\" < F > rows.jsonl")]
    [InlineData("{'instruction': 'a'}\n", "F:1: not JSON but what Python prints, with texts in single quotes; convert it: python3 -c \"import ast,json; [print(json.dumps(ast.literal_eval(l))) for l in open(0,encoding='utf-8-sig') if l.strip()]\" < F > rows.jsonl")]
    [InlineData("[@,\n@,\n]", "F:3: not valid JSON: there is a comma before the closing ]; correct the row or remove it")]
    [InlineData("{\"a\":1,}\n", "F:1: not valid JSON: there is a comma before the closing }; correct the row or remove it")]
    [InlineData("@\n{'a':1}\n", "F:2: not valid JSON: ''' is an invalid start of a property name. Expected a '\"'; correct the row or remove it")]
    [InlineData("[@,@,]", "F:1: behind row 2 of the array: not valid JSON: there is a comma before the closing ]; correct the row or remove it")]
    [InlineData("[@,{\"a\":01},@]", "F:1: row 2 of the array: not valid JSON: Invalid leading zero before '1'; correct the row or remove it")]
    [InlineData("[@,@,{\"a\":", "F:1: row 3 of the array: the file ends in the middle of the row that begins here; it was cut short, get it again")]
    public void AlmostJson(string text, string message) => Assert.Equal(message, Refused("rows.json", text.Replace("@", Good)));

    [Theory]
    [InlineData("-", "-: no such file; for standard input say /dev/stdin")]
    [InlineData("https://example.com/rows.json", "https://example.com/rows.json: is an address, not a file; download it first and name the file")]
    [InlineData("hf://datasets/a/b", "hf://datasets/a/b: is an address, not a file; download it first and name the file")]
    [InlineData("nobody-here/alpaca", "nobody-here/alpaca: no such file; if it is a data set of the Hugging Face hub, download it first (hf download nobody-here/alpaca --repo-type dataset --local-dir alpaca) and name its JSON file")]
    [InlineData("nobody-here/rows.json", "nobody-here/rows.json: no such file")]
    public void NoFile(string path, string message) => Assert.Equal(message, Assert.Throws<UserException>(() => RowFile.Open(path)).Message);
}
