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
    private readonly RowTexts rows;
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
        rows = new RowTexts(passes.Tokens, texts);
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

    /// <summary>The best rows by the first metric that will be kept, if no others need a value; null = all do.</summary>
    public int? KeepTop { get; init; }

    /// <summary>Draws everything random.</summary>
    public int Seed { get; init; }
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Passes and tokens that the metric which is entering its passes now would need if it ran alone, without sharing. A metric
    /// asks for each of its passes once.
    /// </summary>
    public (int Passes, long Tokens) AloneCost { get; private set; }

    /// <summary>False for rows without a score; they are no probes, anchors or demonstrations of other metrics.</summary>
    public bool IsUsable(int row) => usable[row];

    /// <summary>Rows that get values; null = all that can be used. The others serve as examples, probes and anchors all the same.</summary>
    public Func<int, bool>? Scored { get; set; }

    /// <summary>False for rows without a score in this run, whatever the reason.</summary>
    public bool IsScored(int row) => usable[row] && (Scored is null || Scored(row));

    /// <summary>Rows that can be used.</summary>
    public int[] UsableRows() => [.. Enumerable.Range(0, Rows).Where(row => usable[row])];

    public EarlierTurns Turns => texts.Turns;
    public Segment Bos => rows.Bos;
    public Segment Separator => rows.Separator;
    public Segment Eos => rows.Eos;
    public Segment Prompt(int row) => rows.Prompt(row);
    public Segment Answer(int row) => rows.Answer(row);

    /// <summary>All tokens of a text.</summary>
    public Segment Whole(int text) => rows.Whole(text);

    /// <summary>Earlier answers of a row that are scored.</summary>
    public int[] ScoredEarlier(int row) => Turns.Count(row) == 0 ? [] : [.. rows.ScoredEarlier(row)];

    /// <summary>Tokens of a row from its prompt on, the scored EOS included.</summary>
    public int RowLength(int row) => rows.Length(row);

    /// <summary>Tokens of a row that are scored, all turns.</summary>
    public int ScoredTokens(int row) => rows.ScoredTokens(row);

    /// <summary>Begins counting <see cref="AloneCost"/> for a metric.</summary>
    public void Begin()
    {
        AloneCost = default;
    }

    /// <summary>BOS x y, y scored.</summary>
    public int ZeroShot(int row) => Count(zeroShot[row]);

    /// <summary>BOS x_d y_d separator x y with the nearest neighbour d, y scored; the pass that MIWV uses.</summary>
    public int OneShot(int row) => Count(oneShot[row]);

    /// <summary>BOS x_d y_d separator x y, y scored; the end of the demonstration is cut if all does not fit.</summary>
    public int OneShot(int demonstration, int row) =>
        oneShot[row] >= 0 && Neighbors!.Neighbors(row)[0] == demonstration ? OneShot(row) : OneShot(demonstration, row, Separator);

    /// <summary>The same with another separator.</summary>
    public int OneShot(int demonstration, int row, Segment separator)
    {
        int room = Window - Bos.Length - separator.Length - rows.Length(row);
        return rows.TryShow(demonstration, room, out var prompt, out var answer) ? Behind([Bos, prompt, answer, separator], row) : -1;
    }

    /// <summary>S y, y scored, every turn by itself; S = BOS, or EOS if the vocabulary has no BOS.</summary>
    /// <param name="start">Place of <see cref="TextCatalog.Start"/>.</param>
    public int Direct(int start, int row)
    {
        if (direct.TryGetValue(row, out int known)) return Count(known);
        return direct[row] = Alone([Whole(start)], row);
    }

    /// <summary>A context, x and y, y scored, with the EOS behind it if the run scores that.</summary>
    public int Behind(ReadOnlySpan<Segment> context, int row) =>
        Length(context) + rows.Length(row) > Window ? -1 : Count(rows.AddScored(Passes, context, row));

    /// <summary>A context and y, y scored, every turn by itself, with the EOS behind the last if the run scores that.</summary>
    public int Alone(ReadOnlySpan<Segment> context, int row)
    {
        int longest = Answer(row).Length + Eos.Length;
        foreach (int turn in ScoredEarlier(row)) longest = Math.Max(longest, Whole(texts.EarlierAnswer(row, turn)).Length);
        return Length(context) == 0 || Length(context) + longest > Window ? -1 : Count(rows.AddAlone(Passes, context, row));
    }

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
        if (pass >= 0) AloneCost = (AloneCost.Passes + 1, AloneCost.Tokens + Passes.PlainLength(pass));
        return pass;
    }

    private static int Length(ReadOnlySpan<Segment> parts)
    {
        int length = 0;
        foreach (var part in parts) length += part.Length;
        return length;
    }
}
