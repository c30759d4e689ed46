using System.Globalization;
using System.Text;

namespace Miwv.Cli.Terminal;

/// <summary>Text from files made fit for a terminal: no control characters, no escape sequences, no direction marks.</summary>
internal static class SafeText
{
    /// <summary>Line ends become spaces.</summary>
    public static string OneLine(string text) => Line(text).Trim();

    /// <summary>The same with the spaces at its ends.</summary>
    public static string Line(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune)) safe.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned) safe.Append('\uFFFD');
            else safe.Append(rune.ToString());
        }
        return safe.ToString();
    }

    /// <summary>At most <paramref name="width"/> characters, the last a dot-dot-dot if something was cut.</summary>
    public static string Cut(string text, int width)
    {
        string line = OneLine(text.Length > 8 * width ? text[..(8 * width)] : text);
        return line.Length <= width ? line : width <= 1 ? line[..width] : line[..(width - 1)] + "…";
    }
}
