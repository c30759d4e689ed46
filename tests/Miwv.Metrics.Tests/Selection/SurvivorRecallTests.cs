using FsCheck;
using FsCheck.Fluent;
using Miwv.Metrics.Selection;

namespace Miwv.Metrics.Tests.Selection;

public class SurvivorRecallTests
{
    [Fact]
    public void ByHand()
    {
        // rejected 4 is above both survivors, 1 between them: of the best two one is rejected
        (double, int)[] survivors = [(3, 0), (2, 1)], rejected = [(4, 2), (2.5, 3), (1, 4)];
        Assert.Equal(new RecallEstimate(1, 0, 0, 0, 3, 1), SurvivorRecall.Estimate(survivors, rejected, 3, 3, 1));
        Assert.Equal(new RecallEstimate(2, 0.5, 0.5, 0.5, 3, 1), SurvivorRecall.Estimate(survivors, rejected, 3, 3, 2));
        Assert.Equal(new RecallEstimate(3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 3, 2), SurvivorRecall.Estimate(survivors, rejected, 3, 3, 3));
        Assert.Equal(0.4, SurvivorRecall.Estimate(survivors, rejected, 3, 3, 9).Recall);
    }

    [Fact]
    public void IntervalByHand()
    {
        (double, int)[] survivors = [(3, 0), (2, 1)];
        // 9 of 10 rejected rows drawn, none above: one may be missed (probability 1/10), two may not (0)
        Assert.Equal(new RecallEstimate(2, 1, 0.5, 1, 9, 0), SurvivorRecall.Estimate(survivors, [], 9, 10, 2));
        // 5 of 10: none of two missed is drawn with probability C(8,5)/C(10,5) = 2/9
        Assert.Equal(new RecallEstimate(2, 1, 0, 1, 5, 0), SurvivorRecall.Estimate(survivors, [], 5, 10, 2));
    }

    [Fact]
    public void EqualValuesRankByRow()
    {
        Assert.Equal(1, SurvivorRecall.Estimate([(1, 0)], [(1, 1)], 1, 1, 1).Recall);
        Assert.Equal(0, SurvivorRecall.Estimate([(1, 1)], [(1, 0)], 1, 1, 1).Recall);
    }

    [Fact]
    public void AuditOfAllIsExact() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var (survivors, rejected) = Population(random, random.Next(0, 20), random.Next(1, 20));
        int wanted = random.Next(1, 45);
        var estimate = SurvivorRecall.Estimate(survivors, rejected, rejected.Length, rejected.Length, wanted);
        double recall = Recall(survivors, rejected, wanted);
        return estimate.Recall == recall && estimate.Low == recall && estimate.High == recall && estimate.Missed == Best(survivors, rejected, wanted).Count(rejected.Contains);
    }));

    [Theory]
    [InlineData(120, 200, 30, 40)]
    [InlineData(300, 700, 100, 60)]
    [InlineData(20, 400, 50, 80)]
    public void TheIntervalHoldsAsOftenAsItSays(int kept, int rejectedRows, int wanted, int drawn)
    {
        var random = new Random(5);
        var (survivors, rejected) = Population(random, kept, rejectedRows);
        double recall = Recall(survivors, rejected, wanted);
        int holds = 0, narrow = 0;
        const int draws = 1000;
        for (int i = 0; i < draws; i++)
        {
            random.Shuffle(rejected);
            var estimate = SurvivorRecall.Estimate(survivors, rejected[..drawn], drawn, rejectedRows, wanted);
            if (estimate.Low <= recall && recall <= estimate.High) holds++;
            if (estimate.High - estimate.Low < 0.9) narrow++;
            Assert.InRange(estimate.Recall, estimate.Low, estimate.High);
        }
        Assert.InRange(holds, 0.95 * draws, draws);
        Assert.InRange(narrow, 0.8 * draws, draws);
    }

    // survivors tend to be better; coarse values, so that there are ties
    private static ((double, int)[] Survivors, (double, int)[] Rejected) Population(Random random, int kept, int rejected) =>
        ([.. Enumerable.Range(0, kept).Select(i => (Math.Round(20 * random.NextDouble()) + 4, 2 * i))], [.. Enumerable.Range(0, rejected).Select(i => (Math.Round(20 * random.NextDouble()), (2 * i) + 1))]);

    private static (double Value, int Row)[] Best((double Value, int Row)[] survivors, (double Value, int Row)[] rejected, int wanted) =>
        [.. survivors.Concat(rejected).OrderByDescending(r => r.Value).ThenBy(r => r.Row).Take(wanted)];

    private static double Recall((double Value, int Row)[] survivors, (double Value, int Row)[] rejected, int wanted)
    {
        var best = Best(survivors, rejected, wanted);
        return (double)best.Count(survivors.Contains) / best.Length;
    }
}
