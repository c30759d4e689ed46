using System.Globalization;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Tokens;

/// <summary>
/// S-IFD of T-SHIRT (arXiv 2506.01317) without its noisy copies: IFD over those tokens that the instruction changes most, by a
/// threshold on |NLL(t|x) − NLL(t)| that keeps a share of all answer tokens of the data set.
/// </summary>
public sealed class SelectiveIfdMetric(double percent) : Metric
{
    private int start;
    private int[] direct = [];

    public override MetricInfo Info { get; } = new("s_ifd", "exp of the mean of NLL(t|x) - NLL(t) over the k % of all tokens where it is largest", Better.High, "T-SHIRT without noise, arXiv 2506.01317", "zero-shot, direct, per token")
    {
        Parameter = ("percent of the tokens kept", 75),
    };
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"s_ifd{percent}");

    public override void AddTexts(TextCatalog texts) => start = texts.Start();

    public override void AddPasses(PassBook book)
    {
        direct = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            book.Want(book.ZeroShot(row), PassWants.LogProbs);
            direct[row] = book.Want(book.Direct(start, row), PassWants.LogProbs);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var all = new List<float>();
        foreach (int row in book.UsableRows()) all.AddRange(Differences(book, results, row));
        double threshold = Threshold(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all), percent);
        return EachTurn(book, results, row => Value(Differences(book, results, row), threshold)) with { Totals = [("threshold", threshold)] };
    }

    /// <summary>The smallest |difference| that is kept if <paramref name="percent"/> of all are; ties are kept.</summary>
    public static double Threshold(ReadOnlySpan<float> differences, double percent)
    {
        if (differences.IsEmpty) return double.NaN;
        var sizes = new float[differences.Length];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Abs(differences[i]);
        Array.Sort(sizes);
        int kept = Math.Clamp((int)Math.Round(sizes.Length * percent / 100), 1, sizes.Length);
        return sizes[^kept];
    }

    /// <summary>exp of the mean of the kept differences; none if none is kept.</summary>
    public static double Value(ReadOnlySpan<float> differences, double threshold)
    {
        double sum = 0;
        int kept = 0;
        foreach (float difference in differences)
        {
            if (!(Math.Abs(difference) >= threshold)) continue;
            sum += difference;
            kept++;
        }
        return kept == 0 ? double.NaN : Math.Exp(sum / kept);
    }

    private float[] Differences(PassBook book, PassResults results, int row)
    {
        var conditional = results.LogProbs(book.ZeroShot(row));
        var alone = direct[row] < 0 ? [] : results.LogProbs(direct[row]);
        if (alone.Length != conditional.Length) return [];
        var differences = new float[alone.Length];
        for (int i = 0; i < differences.Length; i++) differences[i] = alone[i] - conditional[i];
        return differences;
    }
}
