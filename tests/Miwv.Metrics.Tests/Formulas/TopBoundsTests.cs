using FsCheck;
using FsCheck.Fluent;
using Miwv.Metrics.Influence;
using Miwv.Metrics.Selection;

namespace Miwv.Metrics.Tests.Formulas;

public class TopBoundsTests
{
    [Fact]
    public void BoundsByHand()
    {
        Assert.Equal((0.3, 0.7), NuggetsMetric.Bounds(wins: 3, done: 6, open: 4));
        Assert.Equal((0.5, 0.5), NuggetsMetric.Bounds(wins: 3, done: 6, open: 0));
        Assert.Equal((double.NaN, double.NaN), NuggetsMetric.Bounds(wins: 0, done: 0, open: 4));
    }

    [Fact]
    public void EqualValuesGoByRowOrder()
    {
        Assert.Equal([false, false, true], TopBounds.Out([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], 2));
        Assert.Equal([false, false, false], TopBounds.Out([0.4, 0.5, 0.5], [0.5, 0.5, 0.5], 2)); // the first may still reach them and comes before
        Assert.Equal([true, false, false], TopBounds.Out([0.4, 0.5, 0.5], [0.49, 0.5, 0.5], 2));
        Assert.Equal([false, false, false], TopBounds.Out([0.4, double.NaN, 0.5], [0.49, 1, 0.5], 2)); // only two are ranked
        Assert.Equal([false, false], TopBounds.Out([0, 1], [0, 1], 5));
    }

    // Trials in rounds with rows left out, as the metric does it, against all trials: the best k are the same, in the same order.
    [Fact]
    public void LeavingRowsOutNeverChangesTheBest() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        int rows = random.Next(1, 40), anchors = random.Next(1, 30), k = random.Next(1, rows + 2);
        // 0 loss, 1 win, 2 no result; rows of different strength, some of them alike
        double[] strength = [.. Enumerable.Range(0, rows).Select(_ => random.Next(6) / 5.0)];
        int[][] outcome = [.. strength.Select(s => Enumerable.Range(0, anchors).Select(_ => random.Next(12) == 0 ? 2 : random.NextDouble() < s ? 1 : 0).ToArray())];
        double[] all = [.. outcome.Select(o => o.Count(x => x != 2) is > 0 and var done ? (double)o.Count(x => x == 1) / done : double.NaN)];

        var open = Enumerable.Repeat(true, rows).ToArray();
        double[] lower = new double[rows], upper = new double[rows];
        for (int tried = 0, chunk; tried < anchors; tried += chunk)
        {
            chunk = random.Next(1, anchors - tried + 1);
            for (int row = 0; row < rows; row++)
            {
                if (!open[row]) continue;
                var seen = outcome[row].Take(tried + chunk).ToArray();
                (lower[row], upper[row]) = NuggetsMetric.Bounds(seen.Count(x => x == 1), seen.Count(x => x != 2), anchors - seen.Length);
                if (!(double.IsNaN(all[row]) || double.IsNaN(lower[row]) || (lower[row] <= all[row] && all[row] <= upper[row]))) return false;
            }
            bool[] beaten = TopBounds.Out(lower, upper, k);
            for (int row = 0; row < rows; row++) open[row] &= !beaten[row];
        }
        double[] partial = [.. all.Select((value, row) => open[row] ? value : double.NaN)];
        return Ranking.Descending(partial).Take(k).SequenceEqual(Ranking.Descending(all).Take(k));
    }));
}
