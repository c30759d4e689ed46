using Miwv.Perf.Suite.Comparing;

namespace Miwv.Perf.Tests;

public sealed class JudgedTests
{
    // no history, so that 15 % counts
    [Theory]
    [InlineData(1.14, "Same")]
    [InlineData(1.16, "Slower")]
    [InlineData(0.88, "Same")] // 1 / 0.88 is 1.14 times as fast
    [InlineData(0.86, "Faster")] // 1.16 times
    public void A_change_counts_beyond_the_threshold(double ratio, string verdict) => Assert.Equal(verdict, Of(M("a", ratio), Base(("a", 1))).Verdict.ToString());

    [Fact]
    public void Only_slower_missing_and_allocating_benchmarks_fail()
    {
        var judged = Judged.All([M("slow", 1.5), M("fast", 0.5), M("new", 9), Measured.Not("peer", "x", "not installed")], Base(("slow", 1), ("fast", 1), ("peer", 1), ("gone", 1)), [], true);
        Assert.Equal([("slow", Verdict.Slower), ("fast", Verdict.Faster), ("new", Verdict.New), ("peer", Verdict.NotMeasured), ("gone", Verdict.Missing)], judged.Select(line => (line.Name, line.Verdict)));
        Assert.Equal(["slow", "gone"], judged.Where(line => line.Fails).Select(line => line.Name));
        Assert.Equal(0.5, judged[0].Change!.Value, 12);
    }

    [Fact]
    public void Without_a_baseline_everything_is_new() => Assert.Equal(Verdict.New, Of(M("a", 3), null).Verdict);

    [Fact]
    public void Ratios_of_another_machine_are_not_judged_but_allocations_are()
    {
        Assert.Equal(Verdict.NotJudged, Judged.All([M("a", 9)], Base(("a", 1)), [], false)[0].Verdict);
        Assert.Equal(Verdict.Allocates, Judged.All([M("a", 1) with { Bytes = 8, MostBytes = 0 }], Base(("a", 1)), [], false)[0].Verdict);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(64, 64, false)]
    public void One_byte_more_than_expected_fails(long bytes, long most, bool fails) => Assert.Equal(fails, Of(M("a", 1) with { Bytes = bytes, MostBytes = most }, Base(("a", 1))).Fails);

    [Fact]
    public void The_history_of_a_benchmark_sets_its_threshold()
    {
        Result[] history = [.. new[] { 2, 2 * 1.04, 2 * 1.04 * 0.95, 2 * 1.04 * 0.95 * 1.08, 2 * 1.04 * 0.95 * 1.08 * 0.91 }.Select(ratio => Base(("a", ratio)))];
        var judged = Judged.All([M("a", 1.18), M("b", 1.18)], Base(("a", 1), ("b", 1)), history, true);
        Assert.Equal(0.1875, judged[0].Threshold, 9);
        Assert.Equal(Noise.Unknown, judged[1].Threshold);
        Assert.Equal(Verdict.Slower, Judged.All([M("a", 1.19)], Base(("a", 1)), history, true)[0].Verdict);
    }

    [Fact]
    public void The_best_of_all_rounds_counts_and_measuring_again_can_only_lower_a_side()
    {
        var measured = Measured.Of("a", "b", [(12, 10), (30, 12), (14, 8)]);
        Assert.Equal((12 / 8.0, 1.2, 2.5), (measured.Ratio!.Value, measured.Low, measured.High));
        var both = measured.With(Measured.Of("a", "b", [(11, 9)]));
        Assert.Equal((11 / 8.0, 1.2, 2.5), (both.Ratio!.Value, both.Low, both.High));
        Assert.Null(Measured.Not("a", "b", "not installed").Ratio);
    }

    private static Judged Of(Measured measured, Result? baseline) => Judged.All([measured], baseline, [], true)[0];
    private static Measured M(string name, double ratio) => new(name, "reference", ratio, 1, ratio, ratio);
    private static Result Base(params (string Name, double Ratio)[] ratios) => new("2026-11-21", "a machine", new(ratios.ToDictionary(r => r.Name, r => r.Ratio)));
}
