using System.Globalization;
using System.Text;

namespace Miwv.Perf.Retrieval;

/// <summary>Seconds against rows, both logarithmic, as an SVG that stands alone.</summary>
internal static class GrowthPlot
{
    private const double Width = 640, Height = 420, Left = 70, Bottom = 50, Top = 20, Right = 150;
    private static readonly string[] Colors = ["#1b6ca8", "#c2410c", "#15803d", "#7e22ce"];

    internal static void Write(string path, string title, IReadOnlyList<(string Name, IReadOnlyList<(double Rows, double Seconds)> Points)> lines)
    {
        (double Rows, double Seconds)[] all = [.. lines.SelectMany(l => l.Points)];
        double x0 = Math.Floor(Math.Log10(all.Min(p => p.Rows))), x1 = Math.Ceiling(Math.Log10(all.Max(p => p.Rows)));
        double y0 = Math.Floor(Math.Log10(all.Min(p => p.Seconds))), y1 = Math.Ceiling(Math.Log10(all.Max(p => p.Seconds)));
        double X(double rows) => Left + (Width - Left - Right) * (Math.Log10(rows) - x0) / Math.Max(1, x1 - x0);
        double Y(double seconds) => Height - Bottom - (Height - Bottom - Top) * (Math.Log10(seconds) - y0) / Math.Max(1, y1 - y0);

        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));
        Add($"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' font-family='sans-serif' font-size='12'>");
        Add($"<rect width='{Width}' height='{Height}' fill='white'/><text x='{Left}' y='14'>{title}</text>");
        for (double decade = x0; decade <= x1; decade++)
            Add($"<line x1='{X(Math.Pow(10, decade)):F1}' x2='{X(Math.Pow(10, decade)):F1}' y1='{Top}' y2='{Height - Bottom}' stroke='#ddd'/><text x='{X(Math.Pow(10, decade)):F1}' y='{Height - Bottom + 16}' text-anchor='middle'>{Math.Pow(10, decade):N0}</text>");
        for (double decade = y0; decade <= y1; decade++)
            Add($"<line x1='{Left}' x2='{Width - Right}' y1='{Y(Math.Pow(10, decade)):F1}' y2='{Y(Math.Pow(10, decade)):F1}' stroke='#ddd'/><text x='{Left - 6}' y='{Y(Math.Pow(10, decade)) + 4:F1}' text-anchor='end'>{Math.Pow(10, decade):G4} s</text>");
        Add($"<text x='{(Left + Width - Right) / 2}' y='{Height - 10}' text-anchor='middle'>rows</text>");
        for (int line = 0; line < lines.Count; line++)
        {
            string points = string.Join(' ', lines[line].Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Rows):F1},{Y(p.Seconds):F1}")));
            Add($"<polyline points='{points}' fill='none' stroke='{Colors[line % Colors.Length]}' stroke-width='2'/>");
            foreach ((double rows, double seconds) in lines[line].Points)
                Add($"<circle cx='{X(rows):F1}' cy='{Y(seconds):F1}' r='3' fill='{Colors[line % Colors.Length]}'/>");
            Add($"<text x='{Width - Right + 10}' y='{Top + 20 + 18 * line}' fill='{Colors[line % Colors.Length]}'>{lines[line].Name}</text>");
        }
        svg.AppendLine("</svg>");
        File.WriteAllText(path, svg.ToString());
    }
}
