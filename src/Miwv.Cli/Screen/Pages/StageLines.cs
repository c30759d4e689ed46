using System.Globalization;
using Miwv.Cli.Terminal;
using Miwv.Engine.Following;

namespace Miwv.Cli.Screen;

/// <summary>Stages with progress, and the rates of the one at work.</summary>
internal static class StageLines
{
    public static List<StyledLine> Of(RunMonitor monitor, int width, bool each, bool unicode)
    {
        var lines = new List<StyledLine>();
        if (monitor.IsFinished) return lines;
        if (each)
            foreach (var stage in monitor.Stages) lines.Add(Line(stage, width, unicode));
        else if (monitor.Stage is { } now)
        {
            var done = new StyledLine().Add(" done ", Palette.Dim);
            foreach (var stage in monitor.Stages.SkipLast(1)) done.Add($" {stage.Name} {ProgressLine.Duration(stage.Elapsed)} ", null, Math.Max(0, width - done.Width));
            lines.Add(done);
            lines.Add(Line(now, width, unicode));
        }
        if (monitor.Phase != RunPhase.Stopped) lines.Add(Rates(monitor, width));
        return lines;
    }

    private static StyledLine Line(StageMeter stage, int width, bool unicode)
    {
        var last = stage.Last;
        string percent = last.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * last.Done / last.Total,5:F1} %") : "";
        string time = stage.IsFinished ? "in " + ProgressLine.Duration(stage.Elapsed)
            : stage.Left is { } left ? $"{ProgressLine.Duration(stage.Elapsed)}, {ProgressLine.Duration(left)} left" : ProgressLine.Duration(stage.Elapsed);
        int bar = Math.Min(60, width - 11 - percent.Length - time.Length - 3);
        double share = last.Total > 0 ? Math.Clamp((double)last.Done / last.Total, 0, 1) : 0;
        int full = (int)(bar * share);
        var line = new StyledLine().Add($" {Cells.Fit(stage.Name, 9)} ", stage.IsFinished ? Palette.Dim : Palette.Title);
        if (bar > 4) line.Add(new string(unicode ? '█' : '#', full), Palette.Bar).Add(new string(unicode ? '░' : '.', bar - full), Palette.Dim);
        return line.Add($" {percent}  ").Add(time, stage.IsFinished ? Palette.Dim : null, Math.Max(0, width - line.Width));
    }

    private static StyledLine Rates(RunMonitor monitor, int width)
    {
        var line = new StyledLine().Add(" ");
        void Show(string value, string unit)
        {
            if (line.Width + value.Length + unit.Length + 3 <= width) line.Add(value, Palette.Title).Add(" " + unit + "  ", Palette.Dim);
        }
        if (monitor.Stage is { IsFinished: false, Rate: > 0 } stage)
        {
            bool bytes = stage.Last.Unit == "bytes";
            Show(bytes ? ProgressLine.Size(stage.Rate) : ProgressLine.Rate(stage.Rate), bytes ? "a second" : stage.Last.Unit + (stage.Name == "score" ? "/s computed" : "/s"));
            if (stage.Name == "score")
            {
                Show(ProgressLine.Rate(stage.Rate * monitor.Sharing), "served");
                if (stage.RowRate > 0) Show(ProgressLine.Rate(stage.RowRate), "rows/s");
            }
            else if (stage.Last.Unit != "rows" && stage.RowRate > 0) Show(ProgressLine.Rate(stage.RowRate), "rows/s");
        }
        if (monitor.Use is not { } use) return line;
        if (use.Card is { } card) Show(string.Create(CultureInfo.InvariantCulture, $"{100 * card.Busy:F0} %"), card.Cards == 1 ? "GPU" : $"GPU (busiest of {card.Cards})");
        Show(string.Create(CultureInfo.InvariantCulture, $"{100 * use.CpuShare:F0} %"), "CPU");
        Show(ProgressLine.Size(use.MemoryBytes), "memory");
        if (use.Card is { } memory) Show(ProgressLine.Size(memory.UsedBytes), $"of {ProgressLine.Size(memory.TotalBytes)} on the card");
        return line;
    }
}
