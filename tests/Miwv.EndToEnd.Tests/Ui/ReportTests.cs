using System.Diagnostics;
using System.Text.RegularExpressions;
using Miwv.Cli.Report;

namespace Miwv.EndToEnd.Tests.Ui;

/// <summary>The HTML report. Where no Chromium is installed it is not opened; only the checks of its text exist then.</summary>
public sealed class ReportTests
{
    private static readonly string? Chromium = new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static TheoryData<string> Cases => Chromium is null ? [nameof(Text)] : [nameof(Text), nameof(Opened)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_report(string name)
    {
        using var small = new SmallRun();
        string file = Path.Combine(small.Root, "report.html");
        ReportPage.Write(small.Run, file, default);
        if (name == nameof(Text)) Text(small, file);
        else Opened(file);
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
        string profile = Directory.CreateTempSubdirectory("miwv-chromium-").FullName;
        var start = new ProcessStartInfo(Chromium!, ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", "file://" + file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        string dom = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("data-ready=", dom, StringComparison.Ordinal);
        Assert.Contains("row-0", dom, StringComparison.Ordinal);
        Assert.Contains("你好世界", dom, StringComparison.Ordinal);
        Assert.Contains("1.5000", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", dom, StringComparison.Ordinal);
        Directory.Delete(profile, recursive: true);
    }
}
