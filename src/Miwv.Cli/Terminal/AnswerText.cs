using System.Globalization;
using Miwv.Engine.Explain;

namespace Miwv.Cli.Terminal;

/// <summary>An answer whose tokens carry how much the example changed their loss: as background colour, or as numbers where there is no colour.</summary>
internal static class AnswerText
{
    private const double Notable = 0.5;

    public static List<StyledLine> Lines(AnswerTokens tokens, int width, bool color)
    {
        var lines = new List<StyledLine>();
        var line = new StyledLine();
        int turn = 0, next = tokens.Turns.Count > 1 ? 0 : tokens.Texts.Count;
        for (int i = 0; i < tokens.Texts.Count; i++)
        {
            if (i == next)
            {
                if (line.Width > 0) Flush(lines, ref line);
                line.Add($"turn {tokens.Turns[turn].Turn}", Palette.Dim);
                Flush(lines, ref line);
                next += tokens.Turns[turn++].Tokens;
            }
            double rise = tokens.Rise(i);
            string[] pieces = tokens.Texts[i].ReplaceLineEndings("\n").Split('\n');
            for (int p = 0; p < pieces.Length; p++)
            {
                string piece = pieces[p];
                if (p == pieces.Length - 1 && !color && Math.Abs(rise) >= Notable)
                    piece += string.Create(CultureInfo.InvariantCulture, $"[{rise:+0.0;-0.0}]");
                if (p < pieces.Length - 1 && color) piece += "⏎";
                foreach (string part in Split(piece, width))
                {
                    if (line.Width + Cells.Width(part) > width && line.Width > 0) Flush(lines, ref line);
                    line.Add(part, color ? Palette.Change(rise) : null);
                }
                if (p < pieces.Length - 1) Flush(lines, ref line);
            }
        }
        Flush(lines, ref line);
        return lines;
    }

    /// <summary>What the colours or numbers mean, in at most two lines.</summary>
    public static List<StyledLine> Legend(bool color)
    {
        if (!color) return [new StyledLine().Add("[+1.2] = the example raised this token's loss by 1.2 nats, [-1.2] = lowered it; less than 0.5 is not shown", Palette.Dim)];
        var line = new StyledLine().Add("loss with the example: ", Palette.Dim);
        foreach (double rise in (double[])[-5, -2, -1, -0.2, 0.2, 1, 2, 5])
            line.Add(rise switch { -5 => " -4 ", -2 => " -1.5 ", -1 => " -.5 ", -0.2 => " -.1 ", 0.2 => " +.1 ", 1 => " +.5 ", 2 => " +1.5 ", _ => " +4 " }, Palette.Change(rise));
        return [line.Add(" nats", Palette.Dim)];
    }

    private static IEnumerable<string> Split(string text, int width)
    {
        if (Cells.Width(text) <= width)
        {
            yield return text;
            yield break;
        }
        foreach (string part in Cells.Wrap(text, width)) yield return part;
    }

    private static void Flush(List<StyledLine> lines, ref StyledLine line)
    {
        lines.Add(line);
        line = new StyledLine();
    }
}
