using System.Globalization;
using System.Text;

namespace Miwv.Engine.Tests.Memory;

/// <summary>Native and managed memory against waves, as an SVG that stands alone.</summary>
internal static class MemoryPlot
{
    private const double Width = 680, Height = 320, Left = 60, Right = 20, Top = 30, Bottom = 46;

    public static void Write(string path, string title, IReadOnlyList<MemoryPoint> points)
    {
        double steps = points[^1].Step, most = Math.Ceiling(points.Max(p => p.Private) / (16.0 * (1 << 20))) * 16;
        double X(double step) => Left + (Width - Left - Right) * step / steps;
        double Y(double bytes) => Height - Bottom - (Height - Bottom - Top) * bytes / (1 << 20) / most;
        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));
        Add($"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' font-family='sans-serif' font-size='12'>");
        Add($"<rect width='{Width}' height='{Height}' fill='white'/><text x='{Left}' y='16'>{title}</text>");
        for (int i = 0; i <= 4; i++)
        {
            Add($"<line x1='{Left}' x2='{Width - Right}' y1='{Y(most * i / 4 * (1 << 20)):F1}' y2='{Y(most * i / 4 * (1 << 20)):F1}' stroke='#ddd'/><text x='{Left - 6}' y='{Y(most * i / 4 * (1 << 20)) + 4:F1}' text-anchor='end'>{most * i / 4:F0} MiB</text>");
            Add($"<text x='{X(steps * i / 4):F1}' y='{Height - Bottom + 16}' text-anchor='middle'>{steps * i / 4:N0}</text>");
        }
        Line("#15803d", p => p.Private);
        Line("#1b6ca8", p => p.Native);
        Line("#c2410c", p => p.Managed);
        Add($"<text x='{Left + 20}' y='{Height - 10}' fill='#15803d'>private memory in all</text><text x='{Left + 180}' y='{Height - 10}' fill='#1b6ca8'>without the collector's</text><text x='{Left + 350}' y='{Height - 10}' fill='#c2410c'>managed objects alive</text>");
        svg.AppendLine("</svg>");
        File.WriteAllText(path, svg.ToString());

        void Line(string color, Func<MemoryPoint, long> of) =>
            Add($"<polyline points='{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Step):F1},{Y(of(p)):F1}")))}' fill='none' stroke='{color}' stroke-width='2'/>");
    }
}
