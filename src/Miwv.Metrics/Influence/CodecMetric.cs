using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Influence;

/// <summary>
/// Contamination detection via context (CoDeC, arXiv 2510.27055): does another row in front lower the log-prob of this one? A model
/// that learned the data by heart is disturbed by it. The share of disturbed rows says something about the data set, a row's difference little.
/// The authors' defaults are kept: raw text of at most 2,048 characters, cut at a word; context joined by two newlines; the first 10 scores
/// and the last one left out. Unlike there every row is scored, not 1,000 of them.
/// </summary>
public sealed class CodecMetric(int draws) : Metric
{
    private const int MostCharacters = 2048, Skipped = 10;
    private const double Tie = 1e-6;

    private int raw;
    private int[] alone = [];
    private int[][] behind = [];

    public override MetricInfo Info { get; } = new("codec", "mean over draws of logp(x|random row) - logp(x), nats a token of the raw text; codec_share = share of rows below 0", Better.High, "CoDeC, arXiv 2510.27055", "raw text, raw text behind each drawn row")
    {
        Parameter = ("random rows tried in front", 1),
    };
    public override bool NeedsZeroShot => false;

    public override void AddTexts(TextCatalog texts) =>
        raw = texts.PerRow("raw", row => Cut(row.EmbeddingText + "\n" + row.Output));

    public override void AddPasses(PassBook book)
    {
        alone = new int[book.Rows];
        behind = new int[book.Rows][];
        int[] rows = book.UsableRows();
        var random = new Random(book.Seed);
        // the first token has a score only if something stands before it
        int first = Skipped + (book.Bos.Length == 0 ? 1 : 0);
        foreach (int row in rows)
        {
            var text = book.Whole(raw + row);
            int bos = book.Bos.Length;
            alone[row] = book.AddSpan([book.Bos, text], bos + first, bos + text.Length - 1);
            var own = new List<int>(draws);
            for (int draw = 0; draw < draws && rows.Length > 1 && alone[row] >= 0; draw++)
            {
                int other = row;
                while (other == row) other = rows[random.Next(rows.Length)];
                var context = book.Whole(raw + other);
                int at = bos + context.Length + book.Separator.Length;
                int pass = book.AddSpan([book.Bos, context, book.Separator, text], at + first, at + text.Length - 1);
                if (pass >= 0) own.Add(pass);
            }
            behind[row] = [.. own];
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var values = Each(book, row => behind[row].Length == 0 ? double.NaN : behind[row].Average(pass => results.Loss(alone[row]) - results.Loss(pass)));
        double[] finite = [.. values.Values.Where(double.IsFinite)];
        return finite.Length == 0 ? values : values with
        {
            Totals = [("codec_share", Share(finite)), ("codec_rows", finite.Length), ("codec_ties", finite.Count(v => Math.Abs(v) <= Tie))],
        };
    }

    /// <summary>Share of the rows that the context disturbed (difference below 0).</summary>
    public static double Share(ReadOnlySpan<double> differences)
    {
        int below = 0;
        foreach (double difference in differences)
            if (difference < -Tie) below++;
        return (double)below / differences.Length;
    }

    /// <summary>At most 2,048 characters, cut back to the end of a word.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= MostCharacters) return text;
        int end = text.LastIndexOf(' ', MostCharacters - 1);
        if (end > 0) return text[..end];
        return text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
    }
}
