using FsCheck;
using FsCheck.Fluent;
using Miwv.Perf.Suite.Comparing;

namespace Miwv.Perf.Tests;

public sealed class NoiseTests
{
    [Theory]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.75, 3.25)]
    [InlineData(1, 4)]
    public void A_quantile_lies_between_its_neighbours(double share, double expected) => Assert.Equal(expected, Quartiles.Quantile([4, 1, 3, 2], share), 12);

    [Fact]
    public void The_fence_is_the_upper_quartile_and_three_quartile_distances()
    {
        // changes 0.04, 0.05, 0.08, 0.09: Q1 0.0475, Q3 0.0825, fence 0.0825 + 3 x 0.035
        Assert.Equal(0.1875, Noise.Threshold(Walk(0.04, -0.05, 0.08, -0.09)), 9);
    }

    [Fact]
    public void A_calm_history_does_not_make_every_flicker_a_regression() => Assert.Equal(Noise.Least, Noise.Threshold(Walk(0.01, 0, 0.01, 0, 0.01)));

    [Fact]
    public void A_wild_history_does_not_excuse_everything() => Assert.Equal(Noise.Most, Noise.Threshold(Walk(0.1, 0.9, -0.5, 0.2)));

    [Fact]
    public void Fewer_than_four_changes_say_nothing()
    {
        Assert.Equal(Noise.Unknown, Noise.Threshold([]));
        Assert.Equal(Noise.Unknown, Noise.Threshold(Walk(0.01, 0.01, 0.01)));
        Assert.NotEqual(Noise.Unknown, Noise.Threshold(Walk(0.01, 0.01, 0.01, 0.01)));
    }

    [Fact]
    public void The_threshold_is_always_within_its_bounds_and_scale_does_not_matter() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt[]>(), numbers =>
        {
            double[] ratios = [.. numbers.Select(n => n.Get / 100.0)], scaled = [.. ratios.Select(r => 8 * r)];
            double threshold = Noise.Threshold(ratios);
            return threshold is >= Noise.Least and <= Noise.Most && Math.Abs(threshold - Noise.Threshold(scaled)) < 1e-9;
        }).QuickCheckThrowOnFailure();

    private static double[] Walk(params double[] changes)
    {
        var ratios = new List<double> { 2 };
        foreach (double change in changes) ratios.Add(ratios[^1] * (1 + change));
        return [.. ratios];
    }
}
