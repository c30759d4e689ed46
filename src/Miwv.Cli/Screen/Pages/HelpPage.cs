using Miwv.Cli.Terminal;

namespace Miwv.Cli.Screen;

/// <summary>The page behind "?".</summary>
internal static class HelpPage
{
    public static List<StyledLine> Lines(bool own, int width)
    {
        var lines = new List<StyledLine> { new() };
        void Key(string key, string what) => lines.Add(new StyledLine().Add($"  {key,-16}", Palette.Key).Add(what, null, width - 18));
        Key("up, down, j, k", "choose a row; PgUp, PgDn, Home, End jump");
        Key("Enter", "open it beside its neighbour, the answer's tokens coloured");
        Key("Esc", "back to the list; in the list: filter off");
        Key("/", "show only rows that hold a text (id, status, prompt or answer)");
        Key("s, r", "sort by the next metric, reverse the order");
        if (own) Key("p", "pause and go on");
        Key("q", own ? "stop; what is computed is kept, the same command goes on" : "leave; a run that is at work goes on");
        lines.Add(new StyledLine());
        foreach (string text in (string[])[
            "miwv   one-shot loss minus zero-shot loss, nats a token: how much",
            "       the most similar row, shown as an example, fails to help",
            "zero   loss of the answer without an example",
            "one    loss of the answer with the neighbour as example",
            "cosine similarity of row and neighbour"])
            lines.Add(new StyledLine().Add("  " + text, null, width));
        return lines;
    }
}
