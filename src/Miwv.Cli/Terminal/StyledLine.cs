using Spectre.Console;
using Spectre.Console.Rendering;

namespace Miwv.Cli.Terminal;

/// <summary>One line of styled text that knows its width in cells.</summary>
internal sealed class StyledLine
{
    private readonly List<Segment> parts = [];

    public int Width { get; private set; }
    public IReadOnlyList<Segment> Parts => parts;

    /// <summary>Adds text, made safe and cut to <paramref name="most"/> cells.</summary>
    public StyledLine Add(string text, Style? style = null, int most = int.MaxValue)
    {
        string safe = SafeSpaces(text);
        if (Cells.Width(safe) > most)
        {
            int lead = Math.Min(most, safe.Length - safe.TrimStart(' ').Length);
            safe = safe[..lead] + Cells.Cut(safe[lead..], most - lead);
        }
        if (safe.Length == 0) return this;
        if (parts.Count > 0 && parts[^1].Style.Equals(style ?? Style.Plain)) parts[^1] = new Segment(parts[^1].Text + safe, parts[^1].Style);
        else parts.Add(new Segment(safe, style ?? Style.Plain));
        Width += Cells.Width(safe);
        return this;
    }

    /// <summary>Fills with spaces up to a column.</summary>
    public StyledLine To(int column, Style? style = null) => column > Width ? Add(new string(' ', column - Width), style) : this;

    /// <summary>The text without its styles.</summary>
    public override string ToString() => string.Concat(parts.Select(p => p.Text));

    // the ends of a part keep their spaces
    private static string SafeSpaces(string text)
    {
        int first = 0, last = text.Length;
        while (first < last && text[first] == ' ') first++;
        while (last > first && text[last - 1] == ' ') last--;
        return new string(' ', first) + SafeText.OneLine(text[first..last]) + new string(' ', text.Length - last);
    }
}
