using System.Globalization;

namespace Miwv.Cli.Screen;

/// <summary>A number in at most so many cells: four decimals, fewer where they do not fit, a power of ten where the number itself does not.</summary>
internal static class Figure
{
    private static readonly string[] Formats = ["F4", "F3", "F2", "F1", "F0", "0.0e0", "0e0"];

    /// <summary>Exactly <paramref name="width"/> cells, to the right; "-" = not known.</summary>
    public static string Fit(double value, int width)
    {
        if (double.IsNaN(value)) return "-".PadLeft(width);
        foreach (string format in Formats)
            if (value.ToString(format, CultureInfo.InvariantCulture) is var text && text.Length <= width) return text.PadLeft(width);
        return new string('#', width);
    }
}
