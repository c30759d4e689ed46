using Miwv.Data;
using Miwv.Retrieval;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Passes;

/// <summary>
/// Where metrics enter the passes they need. Equal passes of several metrics lie in the same nodes of the forest, so asking twice costs nothing.
/// Every method returns the pass, or −1 where there is none (nothing to score, or it does not fit the window).
/// </summary>
public sealed class PassBook
{
    private readonly TextCatalog texts;
    private readonly bool[] usable;
    private readonly int[] zeroShot, oneShot;
    private readonly Dictionary<int, int> direct = [];

    /// <param name="usable">Rows with status ok so far.</param>
    /// <param name="zeroShot">Pass of each row, −1 = none.</param>
    /// <param name="oneShot">Pass of each row with its nearest neighbour, −1 = none.</param>
    /// <param name="window">Tokens a pass may have.</param>
    public PassBook(PassList passes, TextCatalog texts, bool[] usable, int[] zeroShot, int[] oneShot, int window, Func<int, Row> read)
    {
        (Passes, this.texts, this.usable, this.zeroShot, this.oneShot, Window, Read) = (passes, texts, usable, zeroShot, oneShot, window, read);
    }

    public int Rows => usable.Length;
    public PassList Passes { get; }
    public TextCatalog Texts => texts;
    public int Window { get; }

    /// <summary>Reads a row's texts.</summary>
    public Func<int, Row> Read { get; }

    /// <summary>The rows' neighbours, as many as the metrics asked for.</summary>
    public KnnGraph? Neighbors { get; init; }

    /// <summary>The rows' embeddings, if a metric asked for them.</summary>
    public EmbeddingStore? Embeddings { get; init; }

    /// <summary>Draws everything random.</summary>
    public int Seed { get; init; }
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Passes and tokens that the metric which is entering its passes now would need if it ran alone, without sharing. A metric
    /// asks for each of its passes once.
    /// </summary>
    public (int Passes, long Tokens) Alone { get; private set; }

    /// <summary>False for rows without a score; they are no probes, anchors or demonstrations of other metrics.</summary>
    public bool IsUsable(int row) => usable[row];

    /// <summary>Rows that get values; null = all that can be used. The others serve as examples, probes and anchors all the same.</summary>
    public Func<int, bool>? Scored { get; set; }

    /// <summary>False for rows without a score in this run, whatever the reason.</summary>
    public bool IsScored(int row) => usable[row] && (Scored is null || Scored(row));

    /// <summary>Rows that can be used.</summary>
    public int[] UsableRows() => [.. Enumerable.Range(0, Rows).Where(row => usable[row])];

    public Segment Bos => Whole(texts.Bos);
    public Segment Separator => Whole(texts.Separator);
    public Segment Eos => Whole(texts.Eos);
    public Segment Prompt(int row) => Whole(2 * row);
    public Segment Answer(int row) => Whole(2 * row + 1);

    /// <summary>All tokens of a text.</summary>
    public Segment Whole(int text) => new(text, Passes.Tokens.Length(text));

    /// <summary>Begins counting <see cref="Alone"/> for a metric.</summary>
    public void Begin()
    {
        Alone = default;
    }

    /// <summary>BOS x y, y scored.</summary>
    public int ZeroShot(int row) => Count(zeroShot[row]);

    /// <summary>BOS x_d y_d separator x y with the nearest neighbour d, y scored; the pass that MIWV uses.</summary>
    public int OneShot(int row) => Count(oneShot[row]);

    /// <summary>BOS x_d y_d separator x y, y scored; the end of y_d is cut if all does not fit (DESIGN 3).</summary>
    public int OneShot(int demonstration, int row) =>
        oneShot[row] >= 0 && Neighbors!.Neighbors(row)[0] == demonstration ? OneShot(row) : OneShot(demonstration, row, Separator);

    /// <summary>The same with another separator.</summary>
    public int OneShot(int demonstration, int row, Segment separator)
    {
        Segment shown = Answer(demonstration);
        int rest = Bos.Length + Prompt(demonstration).Length + separator.Length + Prompt(row).Length + Answer(row).Length + Eos.Length;
        int room = Math.Min(Window - rest, shown.Length);
        if (room < 1) return -1;
        return Add([Bos, Prompt(demonstration), shown with { Length = room }, separator, Prompt(row)], Answer(row));
    }

    /// <summary>S y, y scored; S = BOS, or EOS if the vocabulary has no BOS (DESIGN 3).</summary>
    /// <param name="start">Place of <see cref="TextCatalog.Start"/>.</param>
    public int Direct(int start, int row)
    {
        if (direct.TryGetValue(row, out int known)) return Count(known);
        return direct[row] = Add([Whole(start)], Answer(row));
    }

    /// <summary>A pass of a context and an answer that is scored, with the EOS behind it if the run scores that.</summary>
    public int Add(ReadOnlySpan<Segment> context, Segment answer) => AddSpan([.. context, answer, Eos], Length(context), Length(context) + answer.Length + Eos.Length);

    /// <summary>A pass with target positions [from, to) scored.</summary>
    public int AddSpan(ReadOnlySpan<Segment> parts, int from, int to)
    {
        if (from < 1 || to <= from || Length(parts) > Window) return -1;
        return Count(Passes.Add(parts, from, to));
    }

    /// <summary>Keeps more of a pass than its sum; −1 is let through.</summary>
    public int Want(int pass, PassWants wants)
    {
        if (pass >= 0) Passes.Want(pass, wants);
        return pass;
    }

    private int Count(int pass)
    {
        if (pass >= 0) Alone = (Alone.Passes + 1, Alone.Tokens + Passes.Length(pass));
        return pass;
    }

    private static int Length(ReadOnlySpan<Segment> parts)
    {
        int length = 0;
        foreach (var part in parts) length += part.Length;
        return length;
    }
}
