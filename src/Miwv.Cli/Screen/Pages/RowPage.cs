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
        var lines = Numbers(board, row, cosine, width, most: Math.Max(1, height / 6));
        int half = (width - 5) / 2;
        var left = Column(board, row, "row", half, loader?.Row == row ? loader : null);
        var right = neighbor < 0 ? [new StyledLine().Add("no neighbour", Palette.Dim)] : Column(board, neighbor, "neighbour", half, null);
        int body = Math.Max(left.Count, right.Count), room = height - 1 - lines.Count;
        state.Scroll = Math.Clamp(state.Scroll, 0, Math.Max(0, body - room));
        state.Page = Math.Max(1, room);
        for (int i = state.Scroll; i < body && i < state.Scroll + room; i++)
        {
            var line = new StyledLine().Add(" ");
            if (i < left.Count) Append(line, left[i]);
            line.To(half + 2).Add(unicode ? "│ " : "| ", Palette.Dim);
            if (i < right.Count) Append(line, right[i]);
            lines.Add(line);
        }
        while (lines.Count < height - 1) lines.Add(new StyledLine());
        lines.Add(Legend(row, body > state.Scroll + room, width));
        return lines;
    }

    // as many lines as they need, so that a run of many metrics does not hide the one a person sorted by
    private static List<StyledLine> Numbers(RowBoard board, int row, double cosine, int width, int most)
    {
        List<StyledLine> lines = [new()];
        Put("miwv", board.Values[0][row], Palette.Title);
        Put("zero-shot", board.Zero(row), null);
        Put("one-shot", board.One(row), null);
        Put("cosine", cosine, null);
        for (int metric = 3; metric < board.Metrics.Count; metric++) Put(board.Metrics[metric], board.Values[metric][row], Palette.Dim);
        return lines;

        void Put(string name, double value, Style? style)
        {
            string text = $"{name} {Figure.Fit(value, 12).TrimStart()}";
            int space = lines[^1].Width == 0 ? 1 : 2;
            if (space == 2 && lines[^1].Width + space + text.Length > width && lines.Count < most) (space, lines) = (1, [.. lines, new()]);
            lines[^1].Add(new string(' ', space) + text, style, Math.Max(0, width - lines[^1].Width));
        }
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
        const string below = "more below";
        int room = more ? width - below.Length - 2 : width;
        var line = new StyledLine().Add(" ");
        void Put(string text, Style? style) => line.Add(text, style, Math.Max(0, room - line.Width));
        if (loader?.Row == row && loader.Tokens is not null)
        {
            var legend = AnswerText.Legend(color)[0];
            // where it is too wide its colours are worth more than its words
            bool whole = !color || legend.Width < room;
            if (!whole) Put("loss ", Palette.Dim);
            foreach (var part in whole ? legend.Parts : legend.Parts.Skip(1)) Put(part.Text, part.Style);
        }
        else if (loader?.Row == row && loader.Failure is { } failure) Put(failure, Palette.Warning);
        else if (loader is not null && !double.IsNaN(monitor.Board!.One(row))) Put("tokens are being computed", Palette.Dim);
        return more ? line.To(width - below.Length - 1).Add(below, Palette.Dim) : line;
    }

    private static void Append(StyledLine line, StyledLine other)
    {
        foreach (var part in other.Parts) line.Add(part.Text, part.Style);
    }
}
