using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Miwv.Cli.Terminal;
using Miwv.Engine.Resources;

namespace Miwv.Cli.Screen;

/// <summary>The full screen over a run: draws at the pace of <see cref="DrawPace"/> and at every key, on its own thread.</summary>
internal sealed class RunScreen : IDisposable
{
    private readonly RunMonitor monitor;
    private readonly Messages messages;
    private readonly Action stop;
    private readonly bool color;
    private readonly ScreenState state = new();
    private readonly KeyReader keys = new();
    private readonly TerminalSurface surface;
    private readonly List<string> said = [];
    private readonly PosixSignalRegistration[] suspension;
    private readonly Thread thread;
    private TokenLoader? tokens;
    private ScreenView view;
    private volatile bool ended;
    private volatile Exception? failure;
    private bool disposed;
    private readonly ResourceMeter meter = new();
    private long measured = Stopwatch.GetTimestamp();

    private RunScreen(RunMonitor monitor, Messages messages, bool noColor, TokenLoader? tokens, Action stop)
    {
        (this.monitor, this.messages, this.stop, this.tokens) = (monitor, messages, stop, tokens);
        color = TerminalColor.IsWanted(noColor);
        view = new ScreenView(monitor, state, tokens, color, Unicode);
        surface = new TerminalSurface(color);
        messages.Sink = Keep;
        suspension = OperatingSystem.IsWindows() ? [] :
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => surface.Deactivate()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => surface.Activate()),
        ];
        thread = new Thread(Loop) { IsBackground = true, Name = "screen" };
        thread.Start();
    }

    /// <summary>True if both output streams are a terminal that can do it.</summary>
    public static bool IsPossible => !Console.IsOutputRedirected && !Console.IsErrorRedirected && !TerminalColor.IsDumb && Foreground.IsOurs();

    public RunMonitor Monitor => monitor;

    /// <param name="stop">Called when the person wants to stop.</param>
    public static RunScreen Over(RunMonitor monitor, Messages messages, bool noColor, TokenLoader? tokens, Action stop) => new(monitor, messages, noColor, tokens, stop);

    /// <summary>Tokens of opened rows can be computed from now on.</summary>
    public void Use(TokenLoader loader)
    {
        lock (monitor.Gate)
        {
            tokens = loader;
            view = new ScreenView(monitor, state, tokens, color, Unicode);
        }
    }

    /// <summary>Waits until the person leaves; throws what ended the drawing, if something did.</summary>
    public void WaitForQuit(CancellationToken cancel)
    {
        while (!thread.Join(TimeSpan.FromMilliseconds(100)))
            if (cancel.IsCancellationRequested) break;
        if (failure is { } e) ExceptionDispatchInfo.Throw(e);
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        ended = true;
        monitor.Resume();
        if (thread != Thread.CurrentThread) thread.Join();
        surface.Dispose();
        foreach (var registration in suspension) registration.Dispose();
        tokens?.Dispose();
        state.Dispose();
        messages.Sink = null;
        foreach (string line in said) Console.Error.WriteLine(line);
    }

    private static bool Unicode => OperatingSystem.IsWindows()
        || (Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all : Environment.GetEnvironmentVariable("LC_CTYPE") is { Length: > 0 } type ? type : Environment.GetEnvironmentVariable("LANG") ?? "")
            .Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);

    private void Keep(string line)
    {
        lock (said) said.Add(line);
        monitor.Say(line);
    }

    private void Loop()
    {
        try
        {
            Watch();
        }
        catch (Exception e)
        {
            // such as rows that somebody changed on the disk: the run is worth more than the view of it, and goes on without
            failure = e;
            surface.Deactivate();
            messages.Sink = null;
            lock (said)
            {
                foreach (string line in said) Console.Error.WriteLine(line);
                said.Clear();
            }
            monitor.Resume();
            if (monitor.IsOwn) messages.Warn($"the screen was closed: {e.Message}");
        }
    }

    private void Watch()
    {
        long drawn = 0;
        var pace = new DrawPace();
        while (!ended)
        {
            bool pressed = keys.TryTake(out var key, drawn == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50));
            while (pressed)
            {
                lock (monitor.Gate) state.Press(key, monitor, view.RowAt);
                if (!keys.TryTake(out key, TimeSpan.Zero)) break;
            }
            var window = TerminalSurface.Size();
            if (!pressed && !pace.IsDue(Stopwatch.GetElapsedTime(drawn), window)) continue;
            long begin = Stopwatch.GetTimestamp();
            Draw(window.Width, window.Height);
            drawn = Stopwatch.GetTimestamp();
            pace.Drew(Stopwatch.GetElapsedTime(begin, drawn), window);
            if (!state.IsStopping) continue;
            monitor.Resume();
            stop();
            if (!monitor.IsOwn) return;
        }
    }

    private void Draw(int width, int height)
    {
        Measure();
        List<StyledLine> lines;
        lock (monitor.Gate) lines = view.Draw(width, height);
        surface.Show(lines, width);
    }

    private void Measure()
    {
        if (!monitor.IsOwn || Stopwatch.GetElapsedTime(measured) < TimeSpan.FromSeconds(1)) return;
        measured = Stopwatch.GetTimestamp();
        monitor.Use = meter.Measure();
    }
}
