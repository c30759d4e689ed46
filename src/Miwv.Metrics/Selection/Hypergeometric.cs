namespace Miwv.Metrics.Selection;

/// <summary>How many marked rows a sample drawn without putting back holds.</summary>
/// <param name="rows">Rows there are.</param>
/// <param name="drawn">Rows drawn.</param>
internal sealed class Hypergeometric(int rows, int drawn)
{
    private readonly double[] logFactorial = LogFactorials(rows);

    /// <summary>P(at most <paramref name="found"/>) if <paramref name="marked"/> rows are marked.</summary>
    public double AtMost(int found, int marked)
    {
        double sum = 0;
        for (int x = Math.Max(0, drawn - (rows - marked)); x <= Math.Min(found, Math.Min(marked, drawn)); x++) sum += Probability(x, marked);
        return Math.Min(1, sum);
    }

    /// <summary>P(at least <paramref name="found"/>) if <paramref name="marked"/> rows are marked.</summary>
    public double AtLeast(int found, int marked)
    {
        double sum = 0;
        for (int x = Math.Max(found, Math.Max(0, drawn - (rows - marked))); x <= Math.Min(marked, drawn); x++) sum += Probability(x, marked);
        return Math.Min(1, sum);
    }

    private double Probability(int x, int marked) => Math.Exp(LogChoose(marked, x) + LogChoose(rows - marked, drawn - x) - LogChoose(rows, drawn));

    private double LogChoose(int of, int take) => logFactorial[of] - logFactorial[take] - logFactorial[of - take];

    private static double[] LogFactorials(int most)
    {
        var logs = new double[most + 1];
        for (int i = 2; i <= most; i++) logs[i] = logs[i - 1] + Math.Log(i);
        return logs;
    }
}
