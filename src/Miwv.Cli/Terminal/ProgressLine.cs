using System.Diagnostics;
using System.Globalization;
using Miwv.Engine;

namespace Miwv.Cli.Terminal;

/// <summary>One line of progress on stderr: redrawn in place on a terminal, a plain line now and then elsewhere.</summary>
internal sealed class ProgressLine : IProgress<StageProgress>, IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100), LogEvery = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly bool live;
    private readonly Messages messages;
    private string stage = "";
    private long stageBegan, lastShown, doneAtStart, rowsAtStart;
    private bool drawn;

    public ProgressLine(Messages messages, bool live)
    {
        this.messages = messages;
        this.live = live;
        messages.BeforeLine = Clear;
    }

    public void Report(StageProgress value)
    {
        lock (gate)
        {
            long now = Stopwatch.GetTimestamp();
            if (value.Stage != stage)
            {
                stage = value.Stage;
                stageBegan = now;
                // what a first report brings took its time before
                (doneAtStart, rowsAtStart) = (value.Done, value.Rows);
                lastShown = live ? 0 : now;
            }
            bool finished = value.Total > 0 && value.Done >= value.Total;
            if (Stopwatch.GetElapsedTime(lastShown, now) < (live ? Redraw : LogEvery) && !(finished && live)) return;
            lastShown = now;
            string text = Text(value, Stopwatch.GetElapsedTime(stageBegan, now));
            if (live) Draw(text);
            else Console.Error.WriteLine(text);
        }
    }

    /// <summary>Takes the line off the terminal; a later report draws it again, and messages still make room for themselves.</summary>
    public void Dispose()
    {
        lock (gate) Clear();
    }

    private string Text(StageProgress value, TimeSpan elapsed)
    {
        long work = value.Done - Math.Max(doneAtStart, value.Kept);
        double rate = elapsed.TotalSeconds > 0.05 ? work / elapsed.TotalSeconds : 0;
        string text = value.Total > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{value.Stage,-9} {Bar(value.Done, value.Total)} {100.0 * value.Done / value.Total,5:F1} %")
            : $"{value.Stage,-9} {Count(value.Done)} {value.Unit}";
        if (rate > 0) text += $"  {(value.Unit == "bytes" ? Size(rate) : Rate(rate) + " " + value.Unit)}/s";
        if (value.Rows > rowsAtStart && elapsed.TotalSeconds > 0.05 && value.Kept == 0) text += $"  {Rate((value.Rows - rowsAtStart) / elapsed.TotalSeconds)} {(value.Stage == "score" ? "passes" : "rows")}/s";
        if (rate > 0 && value.Total > value.Done) text += $"  {Duration(TimeSpan.FromSeconds((value.Total - value.Done) / rate))} left";
        return text;
    }

    private static string Bar(long done, long total)
    {
        const int width = 24;
        int full = (int)(width * Math.Min(done, total) / total);
        return "[" + new string('#', full) + new string('.', width - full) + "]";
    }

    private void Draw(string text)
    {
        int width = Math.Max(20, Columns() - 1);
        Console.Error.Write("\r" + SafeText.Cut(text, width).PadRight(width));
        drawn = true;
    }

    private void Clear()
    {
        if (!drawn) return;
        Console.Error.Write("\r" + new string(' ', Math.Max(20, Columns() - 1)) + "\r");
        drawn = false;
    }

    private static int Columns()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    /// <summary>Work a second: a decimal where a whole number would say little, two below a tenth, never 0 for something.</summary>
    internal static string Rate(double value) => value switch
    {
        >= 9.95 => Count((long)Math.Round(value)),
        >= 0.095 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 0.005 => value.ToString("F2", CultureInfo.InvariantCulture),
        > 0 => "<0.01",
        _ => "0",
    };

    internal static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Size(double bytes) => bytes switch
    {
        >= 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 30):F1} GiB"),
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:F0} KiB"),
    };

    internal static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:D2}");
}
