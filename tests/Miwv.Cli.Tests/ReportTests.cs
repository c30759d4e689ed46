using System.Diagnostics;
using System.Text.RegularExpressions;
using Miwv.Cli.Report;

namespace Miwv.Cli.Tests;

/// <summary>The HTML report. Where no Chromium is installed it is not opened; only the checks of its text exist then.</summary>
public sealed class ReportTests
{
    private const int AlpacaRows = 52_002;

    private static readonly string? Chromium = new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static TheoryData<string> Cases => Chromium is null ? [nameof(Text)] : [nameof(Text), nameof(Opened), nameof(Phone)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_report(string name)
    {
        using var small = new SmallRun();
        string file = Path.Combine(small.Root, "report.html");
        ReportPage.Write(small.Run, file, default);
        if (name == nameof(Text)) Text(small, file);
        else if (name == nameof(Opened)) Opened(file);
        else Phone(file);
    }

    [Fact]
    public void As_many_rows_as_Alpaca_are_one_small_file_that_opens()
    {
        using var large = new LargeRun(AlpacaRows);
        string file = Path.Combine(large.Root, "report.html");
        ReportPage.Write(large.Run, file, default);
        Assert.InRange(new FileInfo(file).Length, 1 << 20, 20 << 20);
        if (Chromium is null) return; // its size was checked; The_report's cases say whether there is a browser
        string dom = Dom(file);
        Assert.Contains("data-ready=", dom, StringComparison.Ordinal);
        Assert.Contains("<b>52,002</b><span>rows</span>", dom, StringComparison.Ordinal);
        Assert.Contains("<td>5 %</td><td>2,600</td>", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("map-figure\"></figure>", dom, StringComparison.Ordinal);
    }

    private static void Text(SmallRun small, string file)
    {
        string html = File.ReadAllText(file);
        Assert.DoesNotMatch("(src|href)\\s*=\\s*[\"']?(https?:)?//", html);
        Assert.Equal(2, Regex.Count(html, "</script>"));
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&", html, StringComparison.Ordinal);
        string again = file + ".again";
        ReportPage.Write(small.Run, again, default);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(again));
    }

    private static void Opened(string file)
    {
        string dom = Dom(file);
        Assert.Contains("data-ready=", dom, StringComparison.Ordinal);
        Assert.Contains("row-0", dom, StringComparison.Ordinal);
        Assert.Contains("你好世界", dom, StringComparison.Ordinal);
        Assert.Contains("1.5000", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", dom, StringComparison.Ordinal);
        Assert.DoesNotContain(dom, c => c is '\e' or '\a' or '\u202e');
        foreach (string part in (string[])["Selection", "Distribution", "Zero-shot against one-shot loss", "Length", "Similarity", "Metrics compared", "mark 15 %", "not scored", "Settings and hashes", "gone.gguf"])
            Assert.Contains(part, dom, StringComparison.Ordinal);
    }

    // a page as wide as a phone is asked how wide its contents are
    private static void Phone(string file)
    {
        string page = File.ReadAllText(file);
        File.WriteAllText(file, page.Replace("</body>", "<script>setTimeout(() => { document.documentElement.dataset.width = document.documentElement.scrollWidth + ' of ' + innerWidth; }, 3000);</script></body>", StringComparison.Ordinal));
        string frame = Path.Combine(Path.GetDirectoryName(file)!, "phone.html");
        File.WriteAllText(frame, "<iframe src='report.html' width=390 height=800 style='border:0' onload='setTimeout(() => document.title = this.contentDocument.documentElement.dataset.width, 5000)'></iframe>");
        var width = Regex.Match(Dom(frame, "--allow-file-access-from-files"), "<title>([0-9]+) of 390</title>");
        Assert.True(width.Success && int.Parse(width.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) <= 390, width.Value);
    }

    private static string Dom(string file, params string[] options)
    {
        string profile = Directory.CreateTempSubdirectory("miwv-chromium-").FullName;
        var start = new ProcessStartInfo(Chromium!, ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", .. options, "file://" + file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        var dom = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2))) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Directory.Delete(profile, recursive: true);
        return dom.Result;
    }
}
