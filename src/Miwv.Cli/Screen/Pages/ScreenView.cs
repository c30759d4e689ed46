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

    /// <summary>The row at a place of the list as it is now, which keys pressed since the last drawing may have changed; -1 = none.</summary>
    public int RowAt(int place) => monitor.Board is { } board && Ordered(board) is var order && place >= 0 && place < order.Length ? order[place] : -1;

    public List<StyledLine> Draw(int width, int height)
    {
        if (width < Narrowest || height < Shortest) return [new StyledLine().Add("window too small", Palette.Warning, Math.Max(1, width)), .. Enumerable.Range(1, Math.Max(0, height - 1)).Select(_ => new StyledLine())];
        List<StyledLine> lines = state.Mode switch
        {
            ScreenMode.Help => [Title(width), .. HelpPage.Lines(monitor.IsOwn, width, height - 2)],
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
            var name = new StyledLine().Add($" {board.Metrics[metric]}", Palette.Title, width);
            lines.Add(metric == 0 ? name.Add("  left of 0 the example helped, right of it it hurt", Palette.Dim, width - name.Width) : name);
            foreach (var line in Histogram.Lines(board.Values[metric], width - 2, columns, unicode)) lines.Add(Indented(line));
        }
        var messages = Messages(width, height);
        int room = height - 1 - lines.Count - messages.Count;
        if (monitor.Board is { } known)
        {
            state.Page = Math.Max(1, room - 1);
            Order = Ordered(known);
            state.Clamp(Order.Length);
            lines.AddRange(RowTable.Lines(known, state, Order, width, room, unicode));
        }
        while (lines.Count < height - 1 - messages.Count) lines.Add(new StyledLine());
        lines.AddRange(messages);
        return lines;
    }

    private int[] Ordered(RowBoard board) => board.First(state.Metric(board), state.IsReversed, state.Needed, state.Filter is { } filter ? filter.Matches : null);

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
        string found = state.Filter is { } filter ? string.Create(CultureInfo.InvariantCulture, $"/{Cells.Cut(filter.Text, 16)}: {filter.Found:N0} {(filter.Found == 1 ? "row" : "rows")}{(filter.IsDone ? "" : "...")}") : "";
        int room = found.Length > 0 ? width - Cells.Width(found) - 2 : width;
        foreach (var (status, rows) in board.Statuses)
        {
            string count = status == "ok" && !monitor.IsFinished ? $"{ProgressLine.Count(board.Scored)} of {ProgressLine.Count(rows)}" : ProgressLine.Count(rows);
            line.Add($" {count}", status == "ok" ? Palette.Good : Palette.Warning, Math.Max(0, room - line.Width)).Add($" {status} ", null, Math.Max(0, room - line.Width));
        }
        return found.Length > 0 ? line.To(room + 1).Add(found, Palette.Key) : line;
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
        if (state.Typing is { } typing) return line.Add(" filter: ", Palette.Key).Add(Cells.CutStart(typing, width - 40), Palette.Title).Add(unicode ? "▏" : "_").Add("   Enter apply, Esc leave", Palette.Dim);
        // those worth least (of the highest number) give way where there is no room for all
        (string Key, string What, int Worth)[] keys = state.Mode switch
        {
            ScreenMode.Help => [("?", "back", 0), ("q", Quit, 0)],
            ScreenMode.Row => [("Esc", "back", 0), ("up/down", "scroll", 1), ("q", Quit, 0), ("?", "help", 0)],
            _ => [("up/down Enter", "open", 0), ("/", "filter", 2), ("s", "sort", 3), .. Pause, ("q", Quit, 0), ("?", "help", 0), ("r", "reverse", 4)],
        };
        int least = keys.Max(key => key.Worth);
        while (least > 0 && keys.Where(key => key.Worth <= least).Sum(Size) > width) least--;
        foreach (var key in keys)
            if (key.Worth <= least && line.Width + Size(key) <= width) line.Add($" {key.Key} ", Palette.Key).Add(key.What).Add(" ");
        return line;

        static int Size((string Key, string What, int Worth) key) => key.Key.Length + key.What.Length + 3;
    }

    private string Quit => monitor.IsOwn ? "stop and keep" : "leave";
    private (string, string, int)[] Pause => !monitor.IsOwn ? [] : [("p", monitor.IsPaused ? "go on" : "pause", monitor.IsPaused ? 0 : 1)];

    private static StyledLine Indented(StyledLine line)
    {
        var indented = new StyledLine().Add(" ");
        foreach (var part in line.Parts) indented.Add(part.Text, part.Style);
        return indented;
    }
}
