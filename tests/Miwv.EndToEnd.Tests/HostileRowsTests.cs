using System.Text.Json;
using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>Rows, ids and file names that would be code, escapes or paths: they are text in the report, on the terminal and on the disk.</summary>
public sealed class HostileRowsTests : IDisposable
{
    private const string Script = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
    private static readonly string[] Texts = [Script, "\e[2J\e]0;owned\a\e[31mred", "\u202Egnp.exe\u2066x\u2069", "<!--<script>", "a\u0000b\rc\bd", "${IFS}`id`$(id)", "'); DROP TABLE rows;--", "{instruction}{{7*7}}{% raw %}", "../../etc/passwd", "]]>&amp;&#60;"];
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void TheyAreTextEverywhere()
    {
        // the folder of a run is named after the file
        string name = OperatingSystem.IsWindows() ? "rows.json" : "\e[31m<b>..\n$(id).json";
        object Row(int i) => new { id = $"../../{i}{Texts[i % Texts.Length]}", instruction = $"{Texts[i % Texts.Length]} {i}", input = Texts[(i + 1) % Texts.Length], output = $"say {Texts[(i + 3) % Texts.Length]}" };
        scratch.Write(name, JsonSerializer.Serialize(Enumerable.Range(0, 20).Select(Row)));
        Program.Result select = Run("select", name, "-m", Checkout.Model, "--exact", "-t", "1", "--top", "50%", "-o", "selected.json");
        string[] runs = Directory.GetDirectories(scratch["miwv-runs"]);
        string run = Assert.Single(runs);
        Assert.Equal(new[] { "miwv-runs", "selected.json", name }.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(scratch.Root).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

        Program.Result report = Run("report", run, "-o", "report.html");
        string html = File.ReadAllText(scratch["report.html"]), plain = Plain();
        Assert.Equal(Count(plain, "<script"), Count(html, "<script"));
        Assert.Equal(Count(plain, "</script"), Count(html, "</script"));
        Assert.Equal(Count(plain, "<!--"), Count(html, "<!--"));
        Assert.Equal(Count(plain, "<img"), Count(html, "<img"));
        Assert.DoesNotContain('\u202E', html);
        Assert.DoesNotContain('\e', html);

        string id = Texts.Select((t, i) => $"../../{i}{t}").First();
        foreach (Program.Result result in new[] { select, report, Run("top", run), Run("explain", run, id), Run("neighbors", name, "-m", Checkout.Model, "--exact", "--run", run, "--query", Script) })
            foreach (char c in result.Output + result.Error)
                Assert.False((char.IsControl(c) && c != '\n') || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format, $"U+{(int)c:X4} reaches the terminal: {result.Output}{result.Error}");
        // what was chosen is as it was, byte for byte
        Assert.Contains(JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllBytes(scratch["selected.json"]))!, row => row.GetProperty("output").GetString()!.Contains(Script, StringComparison.Ordinal));
    }

    // The report of rows that mean no harm.
    private string Plain()
    {
        scratch.Write("plain.json", JsonSerializer.Serialize(Enumerable.Range(0, 20).Select(i => new { id = $"{i}", instruction = $"say {i}", input = "x", output = $"it {i}" })));
        Run("score", "plain.json", "-m", Checkout.Model, "--exact", "-t", "1", "--run", "plain");
        Run("report", "plain", "-o", "plain.html");
        return File.ReadAllText(scratch["plain.html"]);
    }

    private Program.Result Run(params string[] arguments)
    {
        Program.Result result = Program.Run(scratch.Root, arguments);
        Assert.True(result.Code is 0 or 3, $"{string.Join(' ', arguments)}: {result.Error}");
        return result;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
