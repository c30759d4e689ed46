using System.Text;
using Miwv.Cli.Terminal;

namespace Miwv.Cli.Screen;

/// <summary>The alternate screen of the terminal: entered and left again whatever happens, only changed lines are sent.</summary>
internal sealed class TerminalSurface : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l\e[2J", Leave = "\e[0m\e[?25h\e[?1049l";

    private readonly Lock gate = new();
    private readonly Stream output = Console.OpenStandardError();
    private readonly bool color;
    private List<string> shown = [];
    private int shownWidth;
    private bool active;

    public TerminalSurface(bool color)
    {
        this.color = color;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnExit;
        Activate();
    }

    public static (int Width, int Height) Size()
    {
        try
        {
            return (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));
        }
        catch (IOException)
        {
            return (80, 24);
        }
    }

    /// <summary>Goes (back) to the alternate screen, as after a suspension.</summary>
    public void Activate()
    {
        lock (gate)
        {
            if (active) return;
            active = true;
            shown = [];
            Send(Enter);
        }
    }

    public void Show(List<StyledLine> lines, int width)
    {
        var text = new StringBuilder();
        using var writer = new StringWriter();
        var console = TerminalColor.Console(writer, color, ansi: true, width: width + 8);
        lock (gate)
        {
            if (!active) return;
            if (width != shownWidth || lines.Count != shown.Count)
            {
                shown = [.. lines.Select(_ => "\0")];
                shownWidth = width;
                text.Append("\e[2J");
            }
            for (int i = 0; i < lines.Count; i++)
            {
                writer.GetStringBuilder().Clear();
                console.Write(new StyledLines([lines[i]], ""));
                string line = writer.ToString();
                if (line == shown[i]) continue;
                shown[i] = line;
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\e[{i + 1};1H").Append(line).Append("\e[0m\e[K");
            }
            if (text.Length > 0) Send("\e[?2026h" + text + "\e[?2026l");
        }
    }

    public void Deactivate()
    {
        lock (gate)
        {
            if (!active) return;
            active = false;
            Send(Leave);
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        AppDomain.CurrentDomain.UnhandledException -= OnExit;
        Deactivate();
    }

    private void OnExit(object? sender, EventArgs e) => Deactivate();

    private void Send(string text)
    {
        try
        {
            output.Write(Encoding.UTF8.GetBytes(text));
            output.Flush();
        }
        catch (IOException)
        {
            // the terminal is gone; the run goes on
        }
    }
}
