using System.Globalization;
using System.Text;

namespace Miwv.Cli.Terminal;

/// <summary>Text measured in terminal cells: Chinese, Japanese, Korean characters and emoji take two, marks none (Unicode 15, UAX #11).</summary>
internal static class Cells
{
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
        (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE),
        (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
        (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
        (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF),
        (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18D08),
        (0x1AFF0, 0x1B2FB), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F265), (0x1F300, 0x1F320),
        (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4),
        (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A),
        (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6D7),
        (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945),
        (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    public static int Width(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark || rune.Value is >= 0x1160 and <= 0x11FF) return 0;
        int lo = 0, hi = Wide.Length - 1;
        while (lo <= hi)
        {
            int middle = (lo + hi) / 2;
            if (rune.Value < Wide[middle].First) hi = middle - 1;
            else if (rune.Value > Wide[middle].Last) lo = middle + 1;
            else return 2;
        }
        return 1;
    }

    public static int Width(string text)
    {
        int width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Width(rune);
        return width;
    }

    /// <summary>One safe line of at most <paramref name="width"/> cells; the last is a … if something was cut.</summary>
    public static string Cut(string text, int width)
    {
        if (width <= 0) return "";
        string line = SafeText.OneLine(text.Length > 8 * width ? text[..(8 * width)] : text);
        int used = 0, at = 0, keep = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            used += Width(rune);
            if (used > width) return line[..keep] + "…";
            at += rune.Utf16SequenceLength;
            if (used <= width - 1) keep = at;
        }
        return line;
    }

    /// <summary>As <see cref="Cut"/>, but it is the end that is kept.</summary>
    public static string CutStart(string text, int width)
    {
        string line = SafeText.OneLine(text.Length > 8 * Math.Max(1, width) ? text[^(8 * Math.Max(1, width))..] : text);
        int over = Width(line) - width, at = 0;
        if (over <= 0) return line;
        if (width <= 0) return "";
        foreach (var rune in line.EnumerateRunes())
        {
            if (over < 0) break; // what was cut leaves a cell for the …
            over -= Width(rune);
            at += rune.Utf16SequenceLength;
        }
        return "…" + line[at..];
    }

    /// <summary><see cref="Cut"/>, filled with spaces to exactly <paramref name="width"/> cells.</summary>
    public static string Fit(string text, int width)
    {
        string cut = Cut(text, width);
        return cut + new string(' ', Math.Max(0, width - Width(cut)));
    }

    /// <summary>Safe lines of at most <paramref name="width"/> cells, broken at spaces where there are any; line ends are kept.</summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            ReadOnlySpan<char> rest = SafeText.OneLine(paragraph);
            while (IsWider(rest, width))
            {
                int used = 0, at = 0, space = -1;
                foreach (var rune in rest.EnumerateRunes())
                {
                    if (used + Width(rune) > width && at > 0) break;
                    if (rune.Value == ' ') space = at;
                    used += Width(rune);
                    at += rune.Utf16SequenceLength;
                }
                int end = at < rest.Length && rest[at] == ' ' ? at : space > 0 ? space : at;
                lines.Add(rest[..end].TrimEnd().ToString());
                rest = rest[end..].TrimStart();
            }
            lines.Add(rest.ToString());
        }
        return lines;
    }

    // looks no further than it has to: a text of a megabyte has ten thousand lines
    private static bool IsWider(ReadOnlySpan<char> text, int width)
    {
        int used = 0;
        foreach (var rune in text.EnumerateRunes())
            if ((used += Width(rune)) > width) return true;
        return false;
    }
}
