using FsCheck;
using FsCheck.Fluent;
using Miwv.Data;
using Miwv.Metrics.Selection;
using Miwv.Metrics.Selection.Diversity;

namespace Miwv.Metrics.Tests.Selection;

public class RuleTests
{
    [Theory]
    [InlineData("ifd<=1", 1.0, true)]
    [InlineData("ifd<1", 1.0, false)]
    [InlineData("miwv > -0.5", -0.4, true)]
    [InlineData("miwv>=2e-1", 0.1, false)]
    [InlineData("ifd<=1", double.NaN, false)]
    public void GateLets(string text, double value, bool lets) => Assert.Equal(lets, Gate.Parse(text).Lets(value));

    [Theory]
    [InlineData("ifd")]
    [InlineData("<=1")]
    [InlineData("ifd<=")]
    [InlineData("ifd<=one")]
    [InlineData("ifd=1")]
    public void GateRefuses(string text) => Assert.Throws<UserException>(() => Gate.Parse(text));

    [Fact]
    public void BudgetTakesTheLongestBeginning()
    {
        int[] tokens = [5, 3, 8, 1];
        Assert.Equal([1, 0], TokenBudget.Take([1, 0, 2, 3], row => tokens[row], 9));
        Assert.Equal([1, 0, 2, 3], TokenBudget.Take([1, 0, 2, 3], row => tokens[row], 17));
        Assert.Empty(TokenBudget.Take([1, 0], row => tokens[row], 2));
    }

    [Fact]
    public void RankSumAddsPlaces()
    {
        double[] a = [3, 1, 2, double.NaN], b = [10, 10, 20, 5];
        Assert.Equal([2.5, 0.5, 3, double.NaN], RankCombination.RankSum([a, b], [1, 1]));
        Assert.Equal([3 * 2 + 0.5, 0.5, 3 * 1 + 2, double.NaN], RankCombination.RankSum([a, b], [3, 1]));
    }

    [Fact]
    public void ProductIsNoneWhereAFactorIsNotPositive() =>
        Assert.Equal([12, double.NaN, double.NaN], RankCombination.Product([[3, -1, double.NaN], [2, 2, 2]], [1, 2]));

    [Fact]
    public void WeightedSumOfStandardScores()
    {
        // means 2 and 5, deviations 1 and 0
        Assert.Equal([-2, 2, double.NaN], RankCombination.WeightedSum([[1, 3, 9], [5, 5, double.NaN]], [2, 7]));
    }

    [Fact]
    public void ComplexityFirstSweeps()
    {
        int[][] tags = [[1], [1, 2], [3, 4, 5], [2], [], [4]];
        // first sweep: 2 {3,4,5}, 1 {1,2}; second: 0 {1}, 3 {2}, 5 {4}; then the row without tags
        Assert.Equal([2, 1, 0, 3, 5, 4], ComplexityFirst.Select([0, 1, 2, 3, 4, 5], row => tags[row], 6));
        Assert.Equal([2, 1, 0], ComplexityFirst.Select([0, 1, 2, 3, 4, 5], row => tags[row], 3));
    }

    [Fact]
    public void ComplexityFirstIsSweepBySweep()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            int[] ranked = [.. Enumerable.Range(0, random.Next(1, 40))];
            random.Shuffle(ranked);
            int most = random.Next(1, 6);
            int[][] tags = [.. ranked.Select(_ => Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(most)).ToArray())];
            int count = random.Next(1, ranked.Length + 3);
            Assert.Equal(Swept(ranked, tags, count), ComplexityFirst.Select(ranked, row => tags[row], count));
        }
    }

    [Fact]
    public void ComplexityFirstWithOneTagForAllIsNotQuadratic()
    {
        int[] ranked = [.. Enumerable.Range(0, 300_000)];
        int[] general = [7];
        Assert.Equal(ranked[..100_000], ComplexityFirst.Select(ranked, _ => general, 100_000)); // 100,000 sweeps
    }

    // the rule as it is written down
    private static int[] Swept(int[] ranked, int[][] tags, int count)
    {
        var left = ranked.OrderByDescending(row => tags[row].Distinct().Count()).ToList();
        var chosen = new List<int>();
        while (chosen.Count < count && left.Count > 0)
        {
            var seen = new HashSet<int>();
            int[] taken = [.. left.Where(row => tags[row].Sum(tag => seen.Add(tag) ? 1 : 0) > 0)];
            chosen.AddRange(taken.Length > 0 ? taken : left);
            left = taken.Length > 0 ? [.. left.Except(taken)] : [];
        }
        return [.. chosen.Take(count)];
    }

    [Fact]
    public void ComplexityFirstOnClustersTakesThemInTurn()
    {
        int[] cluster = [0, 0, 0, 1, 1, 2];
        Assert.Equal([0, 3, 5, 1, 4, 2], ComplexityFirst.Select([0, 1, 2, 3, 4, 5], row => [cluster[row]], 6));
    }

    [Fact]
    public void QuotaIsProportionalAndInRankOrder()
    {
        int[] cluster = [0, 0, 0, 0, 0, 0, 1, 1, 1, -1];
        // shares 3, 1.5 and 0.5: of equal remainders the lower cluster's is rounded up
        Assert.Equal([9, 8, 0, 1, 2], ClusterQuota.Select([9, 8, 6, 0, 1, 2, 3, 4, 5, 7], cluster, 5));
    }

    [Fact]
    public void QuotasAddUpAndDifferByLessThanOneFromTheirShare() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        int[] cluster = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(-1, 6))];
        int[] ranked = Baselines.Random([.. Enumerable.Range(0, cluster.Length)], seed);
        int count = random.Next(0, cluster.Length + 1);
        int[] chosen = ClusterQuota.Select(ranked, cluster, count);
        return chosen.Distinct().Count() == count
            && cluster.Distinct().All(c => Math.Abs(chosen.Count(r => cluster[r] == c) - (double)cluster.Count(x => x == c) * count / cluster.Length) < 1)
            && chosen.SequenceEqual(ranked.Where(chosen.Contains));
    }));

    [Fact]
    public void RandomFollowsTheSeed()
    {
        int[] rows = [.. Enumerable.Range(0, 100)];
        Assert.Equal(Baselines.Random(rows, 7), Baselines.Random(rows, 7));
        Assert.NotEqual(Baselines.Random(rows, 7), Baselines.Random(rows, 8));
        Assert.Equal(rows, Baselines.Random(rows, 7).Order());
    }

    [Fact]
    public void LongestKeepsOrderAmongEquals() => Assert.Equal([2, 0, 1, 3], Baselines.Longest([0, 1, 2, 3], row => row == 2 ? 9 : row == 3 ? 1 : 5));
}
