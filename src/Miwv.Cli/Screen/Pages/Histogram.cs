using System.Globalization;
using Miwv.Cli.Terminal;

namespace Miwv.Cli.Screen;

/// <summary>A metric's distribution as columns of blocks between its 1 % and 99 % marks; values beyond count in the outer columns, and the axis says how far they go.</summary>
internal static class Histogram
{
    private const int Sample = 20_000;
    private const string Blocks = " ▁▂▃▄▅▆▇█";

    /// <summary><paramref name="height"/> lines of columns and one of labels.</summary>
    public static List<StyledLine> Lines(double[] values, int width, int height, bool unicode)
    {
        var lines = new List<StyledLine>();
        var (low, high) = Range(values);
        if (double.IsNaN(low) || width < 20)
        {
            for (int i = 0; i <= height; i++) lines.Add(new StyledLine());
            lines[height / 2].Add("  no values yet", Palette.Dim);
            return lines;
        }
        var counts = new int[width];
        double columns = width / (high - low), least = low, greatest = high;
        foreach (double value in values)
        {
            if (double.IsNaN(value)) continue;
            counts[(int)Math.Clamp((value - low) * columns, 0, width - 1)]++;
            if (value < least) least = value;
            else if (value > greatest) greatest = value;
        }
        int most = counts.Max(), zero = low < 0 && high > 0 ? (int)(-low * columns) : -1;
        for (int line = 0; line < height; line++)
        {
            var text = new StyledLine();
            for (int column = 0; column < width; column++)
            {
                double level = (double)counts[column] / most * height - (height - 1 - line);
                int eighths = (int)Math.Clamp(Math.Ceiling(level * 8), 0, 8);
                char block = unicode ? Blocks[eighths] : eighths >= 4 ? '#' : ' ';
                if (block == ' ' && column == zero) text.Add(unicode ? "┊" : ":", Palette.Dim);
                else text.Add(block.ToString(), column < zero || zero < 0 && high <= 0 ? Palette.Helps : Palette.Hurts);
            }
            lines.Add(text);
        }
        lines.Add(Labels(End(low, "least", least), End(high, "most", greatest), zero, width));
        return lines;
    }

    private static StyledLine Labels(string left, string right, int zero, int width)
    {
        var line = new StyledLine().Add(left, Palette.Dim, width / 2);
        if (zero > line.Width + 1 && zero < width - right.Length - 2) line.To(zero).Add("0", Palette.Dim);
        return line.To(width - right.Length).Add(right, Palette.Dim, width - line.Width);
    }

    private static string End(double shown, string name, double real) => Text(shown) == Text(real) ? Text(shown) : $"{Text(shown)} ({name} {Text(real)})";

    private static string Text(double value) => Math.Abs(value) < 1e6 ? value.ToString("0.00", CultureInfo.InvariantCulture) : value.ToString("0.0e0", CultureInfo.InvariantCulture);

    // marks from a sample spread over the rows: sorting a million values at every drawing would cost more than the drawing
    private static (double Low, double High) Range(double[] values)
    {
        var seen = new List<double>(Math.Min(values.Length, Sample));
        for (int i = 0, stride = Math.Max(1, values.Length / Sample); i < values.Length; i += stride)
            if (!double.IsNaN(values[i])) seen.Add(values[i]);
        if (seen.Count == 0) return (double.NaN, double.NaN);
        seen.Sort();
        double low = seen[seen.Count / 100], high = seen[seen.Count - 1 - seen.Count / 100];
        return high > low ? (low, high) : (low - 0.5, low + 0.5);
    }
}
