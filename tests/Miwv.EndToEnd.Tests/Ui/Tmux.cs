using System.Diagnostics;
using System.Globalization;

namespace Miwv.EndToEnd.Tests.Ui;

/// <summary>A terminal in tmux, with a shell in it, on a server of its own.</summary>
internal sealed class Tmux : IDisposable
{
    private readonly string socket = $"miwv-test-{Guid.NewGuid():N}";

    public Tmux(int width, int height, string setup = "")
    {
        Call("-f", "/dev/null", "-u", "new-session", "-d", "-x", Number(width), "-y", Number(height), $"export LANG=C.UTF-8 TERM=screen-256color PS1='READY '; {setup} exec sh");
        Call("set-option", "-g", "escape-time", "0");
        Wait("READY");
    }

    /// <summary>True where tmux is installed.</summary>
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "tmux")));

    public static string Program { get; } = Path.Combine(new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.FullName, "Miwv.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "miwv");

    /// <summary>True while a full-screen program has the terminal.</summary>
    public bool IsFullScreen => Show("#{alternate_on}") == "1";
    public bool HasCursor => Show("#{cursor_flag}") == "1";

    public void Line(string command) => Keys(command, "Enter");

    public void Keys(params string[] keys) => Call(["send-keys", .. keys]);

    public void Resize(int width, int height) => Call("resize-window", "-x", Number(width), "-y", Number(height));

    /// <summary>What is on the screen; with escape sequences for its colours if asked.</summary>
    public string Screen(bool colors = false) => colors ? Call("capture-pane", "-p", "-e") : Call("capture-pane", "-p");

    /// <summary>The screen as soon as it holds a text; a failure with the screen after a minute.</summary>
    public string Wait(string text) => Wait(screen => screen.Contains(text, StringComparison.Ordinal), $"\"{text}\"");

    public string Wait(Func<string, bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        string screen = "";
        while (watch.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (condition(screen = Screen())) return screen;
            Thread.Sleep(50);
        }
        Assert.Fail($"no {what} within a minute:\n{screen}");
        return screen;
    }

    public void Dispose() => Call("kill-server");

    private string Show(string format) => Call("display-message", "-p", format).Trim();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string Call(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-L", socket, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
