namespace Miwv.Metrics.Selection;

/// <summary>Several metrics made one; a row that lacks one of them has no value. Every metric comes with the sign under which high is better.</summary>
public static class RankCombination
{
    /// <summary>Weighted sum of places from the end: a row gets for each metric the number of rows it beats plus half of those it equals.</summary>
    public static double[] RankSum(IReadOnlyList<double[]> metrics, IReadOnlyList<double> weights)
    {
        bool[] usable = Usable(metrics);
        var sum = Start(usable);
        for (int m = 0; m < metrics.Count; m++)
        {
            int[] order = [.. Enumerable.Range(0, usable.Length).Where(row => usable[row]).OrderBy(row => metrics[m][row])];
            for (int from = 0; from < order.Length;)
            {
                int to = from + 1;
                while (to < order.Length && metrics[m][order[to]] == metrics[m][order[from]]) to++;
                for (int i = from; i < to; i++) sum[order[i]] += weights[m] * (from + to - 1) / 2;
                from = to;
            }
        }
        return sum;
    }

    /// <summary>Product of the values, each to the power of its weight (DEITA: complexity times quality). Defined where all values are above 0.</summary>
    public static double[] Product(IReadOnlyList<double[]> metrics, IReadOnlyList<double> weights)
    {
        var product = Start(Usable(metrics));
        for (int row = 0; row < product.Length; row++)
        {
            if (double.IsNaN(product[row])) continue;
            product[row] = 1;
            for (int m = 0; m < metrics.Count; m++) product[row] *= metrics[m][row] > 0 ? Math.Pow(metrics[m][row], weights[m]) : double.NaN;
        }
        return product;
    }

    /// <summary>Weighted sum of standard scores (value − mean) / deviation; a metric that is the same everywhere adds nothing.</summary>
    public static double[] WeightedSum(IReadOnlyList<double[]> metrics, IReadOnlyList<double> weights)
    {
        bool[] usable = Usable(metrics);
        var sum = Start(usable);
        int[] rows = [.. Enumerable.Range(0, usable.Length).Where(row => usable[row])];
        for (int m = 0; m < metrics.Count && rows.Length > 0; m++)
        {
            double mean = rows.Average(row => metrics[m][row]);
            double deviation = Math.Sqrt(rows.Average(row => (metrics[m][row] - mean) * (metrics[m][row] - mean)));
            if (!(deviation > 0)) continue;
            foreach (int row in rows) sum[row] += weights[m] * (metrics[m][row] - mean) / deviation;
        }
        return sum;
    }

    private static bool[] Usable(IReadOnlyList<double[]> metrics) =>
        [.. Enumerable.Range(0, metrics[0].Length).Select(row => metrics.All(metric => double.IsFinite(metric[row])))];

    private static double[] Start(bool[] usable) => Array.ConvertAll(usable, has => has ? 0 : double.NaN);
}
