using System.Globalization;
using Miwv.Cli.Terminal;
using Spectre.Console;

namespace Miwv.Cli.Screen;

/// <summary>The list of rows: a header and as many rows as fit.</summary>
internal static class RowTable
{
    private const int Wide = 130, LeastText = 5;

    public static List<StyledLine> Lines(RowBoard board, ScreenState state, int[] order, int width, int height, bool unicode)
    {
        var lines = new List<StyledLine>();
        if (height < 2) return lines;
        int sorted = state.Metric(board);
        bool extra = sorted > 2, losses = true;
        int rank = Math.Max(5, board.Count.ToString(CultureInfo.InvariantCulture).Length), id = Math.Clamp(width / 8, 8, 24);
        int text = width - 40 - rank - id - (extra ? 10 : 0);
        // the metric that the rows are sorted by and their text are worth more than the parts of MIWV
        if (text < LeastText) (text, losses) = (text + 18, false);
        int answer = width >= Wide ? text / 2 : 0;
        string sort = board.IsLowBest(sorted) != state.IsReversed ? (unicode ? "↑" : "^") : unicode ? "↓" : "v";
        string Head(string name, int metric, int size) => ((sorted == metric ? sort : "") + name).PadLeft(size);
        var head = new StyledLine().Add($" {"rank".PadLeft(rank)} ", Palette.Dim).Add(Head("miwv", 0, 8), Mark(0));
        if (losses) head.Add(" ").Add(Head("zero", 1, 8), Mark(1)).Add(" ").Add(Head("one", 2, 8), Mark(2));
        if (extra) head.Add(" ").Add(Cells.Cut(sort + board.Metrics[sorted], 9).PadLeft(9), Palette.Title);
        lines.Add(head.Add($" {"cosine",6}  ", Palette.Dim).Add(Cells.Fit("id", id) + " ", Palette.Dim).Add(Cells.Fit("prompt", text - answer), Palette.Dim).Add(answer > 0 ? " answer" : "", Palette.Dim));
        Style Mark(int metric) => sorted == metric ? Palette.Title : Palette.Dim;

        int first = Math.Min(state.First, order.Length), shown = Math.Min(height - 1, order.Length - first);
        int[] ranks = state.Filter is null && !state.IsReversed ? [.. Enumerable.Range(first + 1, shown)] : board.Ranks(sorted, order.AsSpan(first, shown));
        for (int place = first; place < first + shown; place++)
        {
            int row = order[place];
            var texts = board.Rows.Read(row);
            Style? style = place == state.Chosen ? Palette.Chosen : null;
            double value = board.Values[0][row];
            var line = new StyledLine().Add($" {ranks[place - first].ToString(CultureInfo.InvariantCulture).PadLeft(rank)} ", style)
                .Add(Figure.Fit(value, 8), style ?? (value > 0 ? Palette.Hurts : Palette.Helps));
            if (losses) line.Add($" {Figure.Fit(board.Zero(row), 8)} {Figure.Fit(board.One(row), 8)}", style);
            if (extra) line.Add(" " + Figure.Fit(board.Values[sorted][row], 9), style);
            double cosine = board.Neighbor(row).Cosine;
            line.Add($" {(double.IsNaN(cosine) ? "-" : cosine.ToString("F3", CultureInfo.InvariantCulture)),6}  ", style)
                .Add(Cells.Fit(texts.Id.Text, id) + " ", style).Add(Cells.Fit(texts.EmbeddingText, text - answer), style);
            if (answer > 0) line.Add(" ", style).Add(Cells.Fit(texts.Output, answer - 1), style);
            lines.Add(line);
        }
        if (order.Length == 0) lines.Add(new StyledLine().Add(state.Filter switch
        {
            null => "       the first rows come with the first finished waves",
            { IsDone: false } => "       looking through the rows",
            { Found: 0 } => "       no row matches the filter (Esc takes it off)",
            { Found: 1 } => "       one row matches, it has no value (Esc: all rows)",
            { } filter => string.Create(CultureInfo.InvariantCulture, $"       {filter.Found:N0} rows match, none has a value (Esc: all rows)"),
        }, Palette.Dim, width));
        return lines;
    }
}
