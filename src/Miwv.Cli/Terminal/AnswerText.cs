using System.Globalization;
using Miwv.Engine.Explain;

namespace Miwv.Cli.Terminal;

/// <summary>An answer whose tokens carry how much the example changed their loss: as background colour, or as numbers where there is no colour.</summary>
internal static class AnswerText
{
    private const double Notable = 1;

    public static List<StyledLine> Lines(AnswerTokens tokens, int width, bool color)
    {
        var lines = new List<StyledLine>();
        var line = new StyledLine();
        var word = new List<(string Text, double Rise)>();
        int turn = 0, next = tokens.Turns.Count > 1 ? 0 : tokens.Texts.Count;
        for (int i = 0; i < tokens.Texts.Count; i++)
        {
            if (i == next)
            {
                Put(lines, ref line, word, width, color);
                if (line.Width > 0) Flush(lines, ref line);
                line.Add($"turn {tokens.Turns[turn].Turn}", Palette.Dim);
                Flush(lines, ref line);
                next += tokens.Turns[turn++].Tokens;
            }
            string[] pieces = tokens.Texts[i].ReplaceLineEndings("\n").Split('\n');
            for (int p = 0; p < pieces.Length; p++)
            {
                if (p > 0)
                {
                    // a token that holds line ends shows its change at the first of them
                    word.Add((color ? "⏎" : "", p == 1 ? tokens.Rise(i) : 0));
                    Put(lines, ref line, word, width, color);
                    Flush(lines, ref line);
                }
                if (pieces[p].StartsWith(' ')) Put(lines, ref line, word, width, color);
                if (pieces[p].Length > 0) word.Add((pieces[p], pieces.Length == 1 ? tokens.Rise(i) : 0));
            }
        }
        Put(lines, ref line, word, width, color);
        Flush(lines, ref line);
        return lines;
    }

    /// <summary>What the colours or numbers mean, in at most two lines.</summary>
    public static List<StyledLine> Legend(bool color)
    {
        if (!color) return [new StyledLine().Add("[+1.2] = the example raised the loss of this word by 1.2 nats, [-1.2] = lowered it; less than 1 is not shown", Palette.Dim)];
        var line = new StyledLine().Add("loss with the example: ", Palette.Dim);
        foreach (double rise in (double[])[-5, -2, -1, -0.2, 0.2, 1, 2, 5])
            line.Add(rise switch { -5 => " -4 ", -2 => " -1.5 ", -1 => " -.5 ", -0.2 => " -.1 ", 0.2 => " +.1 ", 1 => " +.5 ", 2 => " +1.5 ", _ => " +4 " }, Palette.Change(rise));
        return [line.Add(" nats", Palette.Dim)];
    }

    // A word is not broken unless it is wider than the line; the space before it is left out where a line begins.
    private static void Put(List<StyledLine> lines, ref StyledLine line, List<(string Text, double Rise)> word, int width, bool color)
    {
        if (word.Count == 0) return;
        double rise = word.Sum(part => part.Rise);
        if (!color && Math.Abs(rise) >= Notable) word.Add((string.Create(CultureInfo.InvariantCulture, $"[{rise:+0.0;-0.0}]"), 0));
        if (line.Width > 0 && line.Width + word.Sum(part => Cells.Width(SafeText.Line(part.Text))) > width) Flush(lines, ref line);
        foreach (var (text, change) in word)
        {
            string shown = line.Width == 0 ? text.TrimStart(' ') : text;
            while (line.Width + Cells.Width(shown) > width)
            {
                int fits = Fitting(shown, width - line.Width);
                if (fits == 0 && line.Width == 0) break;
                line.Add(shown[..fits], color ? Palette.Change(change) : null);
                shown = shown[fits..];
                Flush(lines, ref line);
            }
            line.Add(shown, color ? Palette.Change(change) : null);
        }
        word.Clear();
    }

    // characters of a text that take at most so many cells
    private static int Fitting(string text, int width)
    {
        int used = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((used += Cells.Width(rune)) > width) break;
            at += rune.Utf16SequenceLength;
        }
        return at;
    }

    private static void Flush(List<StyledLine> lines, ref StyledLine line)
    {
        lines.Add(line);
        line = new StyledLine();
    }
}
