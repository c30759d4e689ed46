using Miwv.Perf.Suite.Comparing;

namespace Miwv.Perf.Tests;

public sealed class JudgedTests
{
    // no history, so that 20 % counts
    [Theory]
    [InlineData(1.19, "Same")]
    [InlineData(1.21, "Slower")]
    [InlineData(0.84, "Same")] // 1 / 0.84 is 1.19 times as fast
    [InlineData(0.82, "Faster")] // 1.22 times
    public void A_change_counts_beyond_the_threshold(double ratio, string verdict) => Assert.Equal(verdict, Of(M("a", ratio), Base(("a", 1))).Verdict.ToString());

    [Fact]
    public void Only_slower_missing_and_allocating_benchmarks_fail()
    {
        var judged = Judged.All([M("slow", 1.5), M("fast", 0.5), M("new", 9), Measured.Not("peer", "x", "not installed")], Base(("slow", 1), ("fast", 1), ("peer", 1), ("gone", 1)), [], true);
        Assert.Equal([("slow", Verdict.Slower), ("fast", Verdict.Faster), ("new", Verdict.New), ("peer", Verdict.NotMeasured), ("gone", Verdict.Missing)], judged.Select(line => (line.Name, line.Verdict)));
        Assert.Equal(["slow", "gone"], judged.Where(line => line.Fails).Select(line => line.Name));
        Assert.Equal(0.5, judged[0].Change!.Value, 12);
    }

    [Theory]
    [InlineData(1.11, "Slower")]
    [InlineData(1.09, "Same")] // one round shows that it is noise
    public void Every_round_must_be_slower_by_half_the_threshold(double low, string verdict) =>
        Assert.Equal(verdict, Of(M("a", 1.5) with { Low = low, High = 2 }, Base(("a", 1))).Verdict.ToString());

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
    public void The_median_of_the_rounds_counts()
    {
        var measured = Measured.Of("a", "b", [1.0, 9.0, 1.2]);
        Assert.Equal((1.2, 1.0, 9.0), (measured.Ratio!.Value, measured.Low, measured.High));
    }

    private static Judged Of(Measured measured, Result? baseline) => Judged.All([measured], baseline, [], true)[0];
    private static Measured M(string name, double ratio) => new(name, "reference", ratio, ratio, ratio);
    private static Result Base(params (string Name, double Ratio)[] ratios) => new("2026-11-21", "a machine", new(ratios.ToDictionary(r => r.Name, r => r.Ratio)));
}
