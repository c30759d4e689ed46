using System.Globalization;
using Miwv.Cli.Terminal;
using Miwv.Engine.Following;

namespace Miwv.Cli.Screen;

/// <summary>Draws the screen: exactly <c>height</c> lines of at most <c>width</c> cells.</summary>
internal sealed class ScreenView(RunMonitor monitor, ScreenState state, TokenLoader? tokens, bool color, bool unicode)
{
    private const int Tall = 40, Narrowest = 60, Shortest = 10;

    /// <summary>Rows of the list as last drawn.</summary>
    public int[] Order { get; private set; } = [];

    public List<StyledLine> Draw(int width, int height)
    {
        if (width < Narrowest || height < Shortest) return [new StyledLine().Add("window too small", Palette.Warning, Math.Max(1, width)), .. Enumerable.Range(1, Math.Max(0, height - 1)).Select(_ => new StyledLine())];
        List<StyledLine> lines = state.Mode switch
        {
            ScreenMode.Help => [Title(width), .. HelpPage.Lines(monitor.IsOwn, width)],
            ScreenMode.Row => [Title(width), .. new RowPage(monitor, state, tokens, color, unicode).Lines(width, height - 2)],
            _ => List(width, height),
        };
        while (lines.Count < height - 1) lines.Add(new StyledLine());
        if (lines.Count > height - 1) lines.RemoveRange(height - 1, lines.Count - height + 1);
        lines.Add(Hints(width));
        return lines;
    }

    private List<StyledLine> List(int width, int height)
    {
        var lines = new List<StyledLine> { Title(width) };
        lines.AddRange(StageLines.Of(monitor, width, height >= Tall, unicode));
        lines.Add(Status(width));
        if (monitor.Board is { } board)
        {
            int metric = state.Metric(board), columns = height < 20 ? 2 : height < 30 ? 4 : Math.Min(10, height / 6);
            lines.Add(new StyledLine().Add($" {board.Metrics[metric]}", Palette.Title).Add(metric == 0 ? "  left of 0 the example helped, right of it it hurt" : "", Palette.Dim, width - 12));
            foreach (var line in Histogram.Lines(board.Values[metric], width - 2, columns, unicode)) lines.Add(Indented(line));
        }
        var messages = Messages(width, height);
        int room = height - 1 - lines.Count - messages.Count;
        if (monitor.Board is { } known)
        {
            state.Page = Math.Max(1, room - 1);
            Order = known.Best(state.Metric(known), known.IsLowBest(state.Metric(known)) != state.IsReversed, state.Needed, state.Filter is { } filter ? filter.Matches : null);
            state.Clamp(Order.Length);
            lines.AddRange(RowTable.Lines(known, state, Order, width, room, unicode));
        }
        while (lines.Count < height - 1 - messages.Count) lines.Add(new StyledLine());
        lines.AddRange(messages);
        return lines;
    }

    private StyledLine Title(int width)
    {
        string right = monitor.Phase switch
        {
            RunPhase.Finished => "finished",
            RunPhase.Stopped => "STOPPED",
            RunPhase.Silent => "no sign of life",
            _ => state.IsStopping ? "stopping" : monitor.IsPaused ? "PAUSED" : "running " + ProgressLine.Duration(monitor.Elapsed),
        };
        var style = monitor.IsPaused || monitor.Phase is RunPhase.Stopped or RunPhase.Silent ? Palette.Warning : Palette.Title;
        return new StyledLine().Add($" miwv {monitor.Title}", Palette.Title).Add($"  {monitor.Subject}", null, Math.Max(0, width - 12 - monitor.Title.Length - right.Length)).To(width - right.Length - 1).Add(right, style);
    }

    private StyledLine Status(int width)
    {
        var line = new StyledLine().Add(" rows ", Palette.Dim);
        if (monitor.Board is not { } board) return line.Add(monitor.Phase == RunPhase.Stopped ? "none scored yet" : "being read", Palette.Dim);
        foreach (var (status, rows) in board.Statuses)
        {
            string count = status == "ok" && !monitor.IsFinished ? $"{ProgressLine.Count(board.Scored)} of {ProgressLine.Count(rows)}" : ProgressLine.Count(rows);
            line.Add($" {count}", status == "ok" ? Palette.Good : Palette.Warning, Math.Max(0, width - line.Width)).Add($" {status} ", null, Math.Max(0, width - line.Width));
        }
        if (state.Filter is not { } filter) return line;
        string found = string.Create(CultureInfo.InvariantCulture, $"/{Cells.Cut(filter.Text, 16)}: {filter.Found:N0} rows{(filter.IsDone ? "" : "...")}");
        if (line.Width + found.Length + 2 < width) line.To(width - found.Length - 1).Add(found, Palette.Key);
        return line;
    }

    private List<StyledLine> Messages(int width, int height)
    {
        var shown = monitor.Messages.Where(m => m.StartsWith("warning: ", StringComparison.Ordinal)).TakeLast(height < 30 ? 1 : 4);
        List<StyledLine> lines = [.. shown.Select(message => new StyledLine().Add(" " + message, Palette.Warning, width))];
        if (monitor.Advice is { } advice) lines.AddRange(Cells.Wrap(advice, width - 2).Select(text => new StyledLine().Add(" " + text, Palette.Warning)));
        return lines;
    }

    private StyledLine Hints(int width)
    {
        var line = new StyledLine();
        if (state.Typing is { } typing) return line.Add(" filter: ", Palette.Key).Add(typing, Palette.Title, width - 40).Add(unicode ? "▏" : "_").Add("   Enter apply, Esc leave", Palette.Dim);
        (string, string)[] keys = state.Mode switch
        {
            ScreenMode.Help => [("?", "back"), ("q", Quit)],
            ScreenMode.Row => [("Esc", "back"), ("up/down", "scroll"), ("q", Quit), ("?", "help")],
            _ => [("up/down Enter", "open"), ("/", "filter"), ("s", "sort"), .. Pause, ("q", Quit), ("?", "help"), ("r", "reverse")],
        };
        foreach (var (key, what) in keys)
            if (line.Width + key.Length + what.Length + 4 <= width) line.Add($" {key} ", Palette.Key).Add(what).Add(" ");
        return line;
    }

    private string Quit => monitor.IsOwn ? "stop and keep" : "leave";
    private (string, string)[] Pause => !monitor.IsOwn ? [] : [("p", monitor.IsPaused ? "go on" : "pause")];

    private static StyledLine Indented(StyledLine line)
    {
        var indented = new StyledLine().Add(" ");
        foreach (var part in line.Parts) indented.Add(part.Text, part.Style);
        return indented;
    }
}
