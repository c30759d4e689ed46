using Miwv.Cli.Terminal;

namespace Miwv.Cli.Screen;

/// <summary>The page behind "?".</summary>
internal static class HelpPage
{
    private const int Keys = 16, Columns = 7;

    public static List<StyledLine> Lines(bool own, int width, int height)
    {
        var lines = new List<StyledLine> { new() };
        void Put(string name, int indent, string what, bool key)
        {
            foreach (string text in Cells.Wrap(what, width - indent - 2))
            {
                lines.Add(new StyledLine().Add("  " + name.PadRight(indent), key ? Palette.Key : null).Add(text));
                name = "";
            }
        }
        Put("up, down, j, k", Keys, "choose a row; PgUp, PgDn, Home, End jump", true);
        Put("Enter", Keys, "open it beside its neighbour, the answer's tokens coloured", true);
        Put("Esc", Keys, "back to the list; in the list: filter off", true);
        Put("/", Keys, "show only rows that hold a text (id, status, prompt or answer)", true);
        Put("s, r", Keys, "sort by the next metric, worst rows first", true);
        if (own) Put("p", Keys, "pause and go on", true);
        Put("q", Keys, own ? "stop; what is computed is kept, the same command goes on" : "leave; a run that is at work goes on", true);
        lines.Add(new StyledLine());
        Put("rank", Columns, "place among all rows with a value, the best is 1", false);
        Put("miwv", Columns, "one-shot loss minus zero-shot loss, nats a token: how much the most similar row, shown as an example, fails to help", false);
        Put("zero", Columns, "loss of the answer without an example", false);
        Put("one", Columns, "loss of the answer with the neighbour as example", false);
        Put("cosine", Columns, "similarity of row and neighbour", false);
        if (lines.Count > height) lines.RemoveAll(line => line.Width == 0);
        return lines;
    }
}
