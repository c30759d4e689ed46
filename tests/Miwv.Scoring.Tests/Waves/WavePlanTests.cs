using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Scoring.Tests.Waves;

public sealed class WavePlanTests
{
    private static readonly Arbitrary<WaveLimits> AnyLimits = (
        from tokens in Gen.Elements(1, 2, 3, 3, 5, 8, 16, 33, 64, 200, 512, 2048)
        from outputs in Gen.Elements(1, 1, 2, 3, 8, 64, 2048)
        from leaves in Gen.Elements(1, 1, 2, 3, 16, 255, 256)
        select new WaveLimits(tokens, Math.Min(outputs, tokens), leaves)).ToArbitrary();

    [Fact]
    public void EveryTargetIsGatheredOnceWithItsOwnContext() =>
        Prop.ForAll(PassSet.Any, AnyLimits, (set, limits) =>
        {
            PassList passes = set.List();
            using TokenTable tokens = passes.Tokens;
            WavePlan plan = WavePlanner.Plan(new PrefixForest(passes), limits);
            using var runner = new PlanRunner(set, plan);
            for (int step = 0; step < plan.Count; step++) runner.Run(step);
            AssertComplete(set, runner);
            Assert.Equal(plan.Tokens, runner.Tokens);
            Assert.True(plan.Tokens >= plan.Forest.NodeCount);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(700));

    [Fact]
    public void AnyPartOfAPlanCanRunByItself() =>
        Prop.ForAll(PassSet.Any, AnyLimits, Gen.Choose(0, 1_000_000).ToArbitrary(), (set, limits, seed) =>
        {
            PassList passes = set.List();
            using TokenTable tokens = passes.Tokens;
            WavePlan plan = WavePlanner.Plan(new PrefixForest(passes), limits);
            var random = new Random(seed);
            bool[] first = [.. Enumerable.Range(0, plan.Count).Select(_ => random.Next(2) == 0)];
            using PlanRunner before = new(set, plan), after = new(set, plan);
            for (int step = 0; step < plan.Count; step++) (first[step] ? before : after).Run(step);
            for (int pass = 0; pass < set.Passes.Length; pass++) before.Gathered[pass].AddRange(after.Gathered[pass]);
            foreach (var gathered in before.Gathered) gathered.Sort();
            AssertComplete(set, before);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void EqualPassesAndLimitsGiveEqualPlans() =>
        Prop.ForAll(PassSet.Any, AnyLimits, (set, limits) =>
        {
            PassList one = set.List(), two = set.List();
            using TokenTable a = one.Tokens, b = two.Tokens;
            Assert.Equal(Describe(WavePlanner.Plan(new PrefixForest(one), limits)), Describe(WavePlanner.Plan(new PrefixForest(two), limits)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void HardlyAnyTokenIsDecodedTwice()
    {
        var cases = from seed in Gen.Choose(0, 1_000_000)
                    from rows in Gen.Elements(200, 1_000)
                    from most in Gen.Elements(30, 120)
                    from wave in Gen.Elements(256, 512, 2048)
                    select (seed, rows, most, wave);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            PassSet set = PassSet.Miwv(new Random(c.seed), c.rows, c.most, alphabet: 500);
            PassList passes = set.List();
            using TokenTable tokens = passes.Tokens;
            var forest = new PrefixForest(passes);
            WavePlan plan = WavePlanner.Plan(forest, new WaveLimits(c.wave, c.wave));
            Assert.InRange(plan.Tokens, forest.NodeCount, (long)(1.02 * forest.NodeCount));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public void ADeepCombNeedsNoDeepStack()
    {
        // pass i follows the path for i tokens and leaves it: a branch at every node
        const int depth = 6_000;
        int[][] texts = [[.. Enumerable.Range(0, depth)], [depth, depth + 1]];
        var set = new PassSet("comb", texts, [.. Enumerable.Range(1, depth - 1).Select(i => new PassSet.Pass([new Segment(0, i), new Segment(1, 2)], i, i + 2))]);
        PassList passes = set.List();
        using TokenTable tokens = passes.Tokens;
        long planned = 0;
        var thread = new Thread(() => planned = WavePlanner.Plan(new PrefixForest(passes), new WaveLimits(64, 64)).Tokens, maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        Assert.True(planned >= depth);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 1, 257)]
    public void LimitsThatHoldNothingAreRefused(int tokens, int outputs, int leaves)
    {
        PassList passes = PassSet.Make(5, new Random(1)).List();
        using TokenTable table = passes.Tokens;
        var forest = new PrefixForest(passes);
        Assert.Throws<ArgumentException>(() => WavePlanner.Plan(forest, new WaveLimits(tokens, outputs, leaves)));
    }

    [Fact]
    public void NoPassesMakeAnEmptyPlan()
    {
        PassList passes = PassSet.Make(5, new Random(1)).List();
        using TokenTable table = passes.Tokens;
        WavePlan plan = WavePlanner.Plan(new PrefixForest(passes), new WaveLimits(8, 8));
        Assert.Equal((0, 0L, 0), (plan.Count, plan.Tokens, plan.Cells));
    }

    private static void AssertComplete(PassSet set, PlanRunner runner)
    {
        for (int pass = 0; pass < set.Passes.Length; pass++)
            Assert.Equal(Enumerable.Range(set.Passes[pass].From, set.Passes[pass].To - set.Passes[pass].From), runner.Gathered[pass]);
    }

    private static string Describe(WavePlan plan) => string.Join('\n', Enumerable.Range(0, plan.Count).Select(i =>
    {
        WaveStep step = plan[i];
        return $"{step}{(step.IsTrunk ? "" : string.Join(',', plan.Ranges(step).ToArray()))}";
    }));
}
