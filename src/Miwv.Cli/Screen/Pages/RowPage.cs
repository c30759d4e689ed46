using System.Globalization;
using Miwv.Cli.Terminal;
using Spectre.Console;

namespace Miwv.Cli.Screen;

/// <summary>One row beside its neighbour, its answer's tokens coloured by what the neighbour changed.</summary>
internal sealed class RowPage(RunMonitor monitor, ScreenState state, TokenLoader? loader, bool color, bool unicode)
{
    public List<StyledLine> Lines(int width, int height)
    {
        var board = monitor.Board!;
        int row = state.OpenRow;
        var (neighbor, cosine) = board.Neighbor(row);
        if (neighbor >= 0 && !double.IsNaN(board.One(row))) loader?.Want(row, neighbor);
        var lines = new List<StyledLine> { Numbers(board, row, cosine, width) };
        int half = (width - 5) / 2;
        var left = Column(board, row, "row", half, loader?.Row == row ? loader : null);
        var right = neighbor < 0 ? [new StyledLine().Add("no neighbour", Palette.Dim)] : Column(board, neighbor, "neighbour", half, null);
        int body = Math.Max(left.Count, right.Count), room = height - 2;
        state.Scroll = Math.Clamp(state.Scroll, 0, Math.Max(0, body - room));
        state.Page = Math.Max(1, room);
        for (int i = state.Scroll; i < body && lines.Count <= room; i++)
        {
            var line = new StyledLine().Add(" ");
            if (i < left.Count) Append(line, left[i]);
            line.To(half + 2).Add(unicode ? "│ " : "| ", Palette.Dim);
            if (i < right.Count) Append(line, right[i]);
            lines.Add(line);
        }
        while (lines.Count <= room) lines.Add(new StyledLine());
        lines.Add(Legend(row, body > room, width));
        return lines;
    }

    private static StyledLine Numbers(RowBoard board, int row, double cosine, int width)
    {
        string Value(double value) => Figure.Fit(value, 12).TrimStart();
        var line = new StyledLine().Add($" miwv {Value(board.Values[0][row])}", Palette.Title);
        Put(string.Create(CultureInfo.InvariantCulture, $"  zero-shot {Value(board.Zero(row))}  one-shot {Value(board.One(row))}  cosine {Value(cosine)}"), null);
        for (int metric = 3; metric < board.Metrics.Count; metric++)
            Put($"  {board.Metrics[metric]} {Value(board.Values[metric][row])}", Palette.Dim);
        return line;

        void Put(string text, Style? style) => line.Add(text, style, Math.Max(0, width - line.Width));
    }

    private List<StyledLine> Column(RowBoard board, int row, string name, int width, TokenLoader? loaded)
    {
        var texts = board.Rows.Read(row);
        var lines = new List<StyledLine> { new StyledLine().Add($"{name} {texts.Id.Text}", Palette.Title, width) };
        lines.Add(new StyledLine().Add("prompt", Palette.Dim));
        lines.AddRange(Cells.Wrap(texts.EmbeddingText, width).Select(line => new StyledLine().Add(line)));
        lines.Add(new StyledLine());
        lines.Add(new StyledLine().Add("answer", Palette.Dim));
        if (loaded?.Tokens is { } tokens) lines.AddRange(AnswerText.Lines(tokens, width, color));
        else lines.AddRange(Cells.Wrap(texts.Output, width).Select(line => new StyledLine().Add(line)));
        return lines;
    }

    private StyledLine Legend(int row, bool more, int width)
    {
        var line = new StyledLine().Add(" ");
        if (loader?.Row == row && loader.Tokens is not null)
            foreach (var part in AnswerText.Legend(color)[0].Parts) line.Add(part.Text, part.Style, Math.Max(0, width - 1 - line.Width));
        else if (loader?.Row == row && loader.Failure is { } failure) line.Add(failure, Palette.Warning, width - 2);
        else if (loader is not null && !double.IsNaN(monitor.Board!.One(row))) line.Add("tokens are being computed", Palette.Dim);
        if (more && line.Width < width - 12) line.To(width - 11).Add("more below", Palette.Dim);
        return line;
    }

    private static void Append(StyledLine line, StyledLine other)
    {
        foreach (var part in other.Parts) line.Add(part.Text, part.Style);
    }
}
