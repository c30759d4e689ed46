using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Texts;

/// <summary>Measure of textual lexical diversity of the answer: words per stretch whose type-token ratio stays above 0.72, both directions averaged.</summary>
public sealed class MtldMetric : Metric
{
    private const double Threshold = 0.72;

    public override MetricInfo Info { get; } = new("mtld", "words per stretch with type-token ratio above 0.72, mean of both directions", Better.High, "McCarthy and Jarvis 2010, in InstructMining arXiv 2307.06290", "none");
    public override bool NeedsZeroShot => false;

    public override MetricValues Compute(PassBook book, PassResults results) => Each(book, row =>
    {
        var texts = book.Read(row);
        return Value(Words(book.Turns.Rule == TurnRule.Last ? texts.Output : string.Join('\n', [.. texts.EarlierAnswers, texts.Output])));
    });

    /// <summary>None for no words.</summary>
    public static double Value(IReadOnlyList<string> words) =>
        words.Count == 0 ? double.NaN : (OneWay(words) + OneWay([.. words.Reverse()])) / 2;

    /// <summary>Lower-case runs of letters, digits and apostrophes.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '\'' or '’');
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            words.Add(text[start..i].ToLowerInvariant());
            start = -1;
        }
        return words;
    }

    private static double OneWay(IReadOnlyList<string> words)
    {
        double factors = 0;
        var types = new HashSet<string>();
        int tokens = 0;
        foreach (string word in words)
        {
            types.Add(word);
            tokens++;
            if ((double)types.Count / tokens > Threshold) continue;
            factors++;
            types.Clear();
            tokens = 0;
        }
        if (tokens > 0) factors += (1 - (double)types.Count / tokens) / (1 - Threshold);
        return factors > 0 ? words.Count / factors : words.Count;
    }
}
