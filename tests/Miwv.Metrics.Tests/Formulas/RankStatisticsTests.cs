using FsCheck;
using FsCheck.Fluent;
using Miwv.Metrics.Comparison;

namespace Miwv.Metrics.Tests.Formulas;

public class RankStatisticsTests
{
    [Fact]
    public void SpearmanByHand()
    {
        Assert.Equal(1, RankStatistics.Spearman([1, 2, 3], [10, 20, 400]), 12);
        Assert.Equal(-1, RankStatistics.Spearman([1, 2, 3], [3, 2, 1]), 12);
        // d = 0 1 1 0: 1 - 6 * 2 / (4 * 15)
        Assert.Equal(0.8, RankStatistics.Spearman([1, 2, 3, 4], [1, 3, 2, 4]), 12);
        Assert.Equal(0.8, RankStatistics.Spearman([1, 2, 3, 4, double.NaN, 5], [1, 3, 2, 4, 9, double.NaN]), 12);
        Assert.Equal(double.NaN, RankStatistics.Spearman([1, 1], [1, 2]));
        Assert.Equal(double.NaN, RankStatistics.Spearman([], []));
    }

    [Fact]
    public void TiesHaveTheirMeanRank() => Assert.Equal([0.5, 3, 0.5, 2], RankStatistics.Ranks([1, 9, 1, 3]));

    [Fact]
    public void AreasByHand()
    {
        // pairs won by the marked 0.9 and 0.4 against 0.5 and 0.1: 2 + 1 of 4
        Assert.Equal(0.75, RankStatistics.AreaUnderRoc([0.9, 0.5, 0.4, 0.1], [true, false, true, false]));
        Assert.Equal((1 / 1.0 + 2 / 3.0) / 2, RankStatistics.AveragePrecision([0.9, 0.5, 0.4, 0.1], [true, false, true, false]), 12);
        Assert.Equal(0.5, RankStatistics.AreaUnderRoc([1, 1, 1], [true, false, true]));
        Assert.Equal(2 / 3.0, RankStatistics.AveragePrecision([1, 1, 1], [true, false, true]), 12);
        Assert.Equal(double.NaN, RankStatistics.AreaUnderRoc([1, 2], [true, true]));
    }

    [Fact]
    public void RocIsTheShareOfPairs() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        int n = random.Next(2, 40);
        double[] values = [.. Enumerable.Range(0, n).Select(_ => (double)random.Next(0, 8))];
        bool[] marked = [.. Enumerable.Range(0, n).Select(_ => random.Next(3) == 0)];
        marked[0] = true;
        marked[1] = false;
        var pairs = Enumerable.Range(0, n).Where(i => marked[i]).SelectMany(i => Enumerable.Range(0, n).Where(j => !marked[j]).Select(j => values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0));
        return Math.Abs(RankStatistics.AreaUnderRoc(values, marked) - pairs.Average()) < 1e-12;
    }));
}
