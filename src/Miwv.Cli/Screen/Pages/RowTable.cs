using System.Globalization;
using Miwv.Cli.Terminal;
using Spectre.Console;

namespace Miwv.Cli.Screen;

/// <summary>The list of rows: a header and as many rows as fit.</summary>
internal static class RowTable
{
    private const int Wide = 130;

    public static List<StyledLine> Lines(RowBoard board, ScreenState state, int[] order, int width, int height, bool unicode)
    {
        var lines = new List<StyledLine>();
        if (height < 2) return lines;
        int sorted = state.Metric(board);
        bool extra = sorted > 2;
        int id = Math.Clamp(width / 8, 8, 24), text = Math.Max(4, width - 45 - id - (extra ? 10 : 0));
        int answer = width >= Wide ? text / 2 : 0;
        string sort = board.IsLowBest(sorted) != state.IsReversed ? (unicode ? "↑" : "^") : unicode ? "↓" : "v";
        string Head(string name, int metric, int size) => ((sorted == metric ? sort : "") + name).PadLeft(size);
        var head = new StyledLine().Add($" {"rank",5} ", Palette.Dim)
            .Add(Head("miwv", 0, 8), Mark(0)).Add(" ").Add(Head("zero", 1, 8), Mark(1)).Add(" ").Add(Head("one", 2, 8), Mark(2));
        if (extra) head.Add(" ").Add(Cells.Cut(sort + board.Metrics[sorted], 9).PadLeft(9), Palette.Title);
        lines.Add(head.Add($" {"cosine",6}  ", Palette.Dim).Add(Cells.Fit("id", id) + " ", Palette.Dim).Add(Cells.Fit("prompt", text - answer), Palette.Dim).Add(answer > 0 ? " answer" : "", Palette.Dim));
        Style Mark(int metric) => sorted == metric ? Palette.Title : Palette.Dim;

        for (int place = state.First; place < order.Length && lines.Count < height; place++)
        {
            int row = order[place];
            var texts = board.Rows.Read(row);
            Style? style = place == state.Chosen ? Palette.Chosen : null;
            double value = board.Values[0][row];
            var line = new StyledLine().Add(string.Create(CultureInfo.InvariantCulture, $" {place + 1,5} "), style)
                .Add(Number(value, 8), style ?? (value > 0 ? Palette.Hurts : Palette.Helps))
                .Add($" {Number(board.Zero(row), 8)} {Number(board.One(row), 8)}", style);
            if (extra) line.Add(" " + Number(board.Values[sorted][row], 9), style);
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
            _ => "       no scored row matches the filter (Esc takes it off)",
        }, Palette.Dim, width));
        return lines;
    }

    private static string Number(double value, int width) => (double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture)).PadLeft(width);
}
