namespace Miwv.Cli.Screen;

/// <summary>What the person at the keys has chosen to see.</summary>
internal sealed class ScreenState : IDisposable
{
    public ScreenMode Mode { get; private set; }

    /// <summary>Place of the chosen row in the list on show.</summary>
    public int Chosen { get; private set; }

    /// <summary>First place of the list that is visible.</summary>
    public int First { get; private set; }

    /// <summary>The row that is open.</summary>
    public int OpenRow { get; private set; } = -1;
    public int Scroll { get; set; }
    private int? metric;

    /// <summary>The metric that the list is sorted by.</summary>
    public int Metric(RowBoard board) => metric ?? board.MainMetric;

    /// <summary>True if the worst rows come first.</summary>
    public bool IsReversed { get; private set; }
    public RowFilter? Filter { get; private set; }

    /// <summary>The text being typed behind "/"; null = none.</summary>
    public string? Typing { get; private set; }
    public bool IsStopping { get; private set; }

    /// <summary>Rows of the list that fit; the last drawing sets it.</summary>
    public int Page { get; set; } = 10;

    /// <summary>Keeps the chosen place visible and within <paramref name="count"/> rows.</summary>
    public void Clamp(int count)
    {
        Chosen = Math.Clamp(Chosen, 0, Math.Max(0, count - 1));
        First = Math.Clamp(First, Math.Max(0, Chosen - Page + 1), Chosen);
    }

    /// <summary>How many rows the list must have been sorted to.</summary>
    public int Needed => Chosen + Page + 1;

    public void Press(ConsoleKeyInfo key, RunMonitor monitor, Func<int, int> rowAt)
    {
        if (Typing is { } typing) Type(key, typing, monitor);
        else if (key.KeyChar == '?') Mode = Mode == ScreenMode.Help ? ScreenMode.List : ScreenMode.Help;
        else if (key.KeyChar == 'q') IsStopping = true;
        else if (key.KeyChar == 'p' && monitor.IsOwn) monitor.TogglePause();
        else if (Mode == ScreenMode.List) Browse(key, monitor, rowAt);
        else Read(key);
    }

    public void Dispose() => Filter?.Dispose();

    private void Browse(ConsoleKeyInfo key, RunMonitor monitor, Func<int, int> rowAt)
    {
        switch (key.Key)
        {
            case ConsoleKey.UpArrow: Chosen--; break;
            case ConsoleKey.DownArrow: Chosen++; break;
            case ConsoleKey.PageUp: Chosen -= Page; break;
            case ConsoleKey.PageDown: Chosen += Page; break;
            case ConsoleKey.Home: Chosen = 0; break;
            case ConsoleKey.End: Chosen = int.MaxValue / 2; break;
            case ConsoleKey.Escape: SetFilter(null, monitor); break;
            case ConsoleKey.Enter when rowAt(Chosen) is >= 0 and var row:
                (OpenRow, Scroll, Mode) = (row, 0, ScreenMode.Row);
                break;
            default: Letter(key.KeyChar, monitor); break;
        }
        Chosen = Math.Clamp(Chosen, 0, Math.Max(0, (monitor.Board?.Count ?? 1) - 1));
    }

    private void Letter(char key, RunMonitor monitor)
    {
        if (key == 'k') Chosen--;
        else if (key == 'j') Chosen++;
        else if (key == 's' && monitor.Board is { } board) metric = (Metric(board) + 1) % board.Metrics.Count;
        else if (key == 'r') IsReversed = !IsReversed;
        else if (key == '/' && monitor.Board is not null) Typing = Filter?.Text ?? "";
        if (key is 's' or 'r') Chosen = First = 0;
    }

    private void Read(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.UpArrow: Scroll--; break;
            case ConsoleKey.DownArrow: Scroll++; break;
            case ConsoleKey.PageUp: Scroll -= Page; break;
            case ConsoleKey.PageDown: Scroll += Page; break;
            case ConsoleKey.Escape or ConsoleKey.Enter or ConsoleKey.LeftArrow or ConsoleKey.Backspace:
                Mode = ScreenMode.List;
                break;
        }
        Scroll = Math.Max(0, Scroll);
    }

    private void Type(ConsoleKeyInfo key, string typing, RunMonitor monitor)
    {
        if (key.Key == ConsoleKey.Enter)
        {
            SetFilter(typing, monitor);
            Typing = null;
        }
        else if (key.Key == ConsoleKey.Escape) Typing = null;
        else if (key.Key == ConsoleKey.Backspace) Typing = typing[..^Math.Min(1, typing.Length)];
        else if (!char.IsControl(key.KeyChar)) Typing = typing + key.KeyChar;
    }

    private void SetFilter(string? text, RunMonitor monitor)
    {
        Filter?.Dispose();
        Filter = string.IsNullOrEmpty(text) || monitor.Board is null ? null : new RowFilter(monitor.Board, text);
        Chosen = First = 0;
    }
}
