using Miwv.Metrics.Influence;
using Miwv.Metrics.Losses;
using Miwv.Metrics.Texts;
using Miwv.Metrics.Tokens;

namespace Miwv.Metrics.Tests.Formulas;

/// <summary>Formulas against values worked out by hand.</summary>
public class LossFormulaTests
{
    // a model of 4 tokens: logits and targets of two answer tokens, with and without the instruction
    private static readonly double[][] Conditional = [[2, 0, 0, 0], [0, 1, 0, 3]], Alone = [[0, 0, 0, 0], [1, 1, 0, 0]];
    private static readonly int[] Targets = [0, 3];

    private static float[] LogProbs(double[][] logits) => [.. logits.Select((row, i) => (float)(row[Targets[i]] - Math.Log(row.Sum(Math.Exp))))];
    private static double Loss(double[][] logits) => -LogProbs(logits).Average(x => (double)x);

    [Fact]
    public void LossesOfTheSmallModel()
    {
        // ln(e^2 + 3) - 2 = 0.340753, ln(e^3 + e + 2) - 3 = 0.210998; ln 4 = 1.386294, ln(2e + 2) = 2.006409
        Assert.Equal((0.340753 + 0.210998) / 2, Loss(Conditional), 5);
        Assert.Equal((1.386294 + 2.006409) / 2, Loss(Alone), 5);
    }

    [Fact]
    public void IfdIsARatioOfLossesOrOfPerplexities()
    {
        Assert.Equal(0.2758755 / 1.696352, IfdMetric.LossRatio(Loss(Conditional), Loss(Alone)), 5);
        Assert.Equal(Math.Exp(0.2758755) / Math.Exp(1.696352), IfdMetric.PerplexityRatio(Loss(Conditional), Loss(Alone)), 5);
        Assert.Equal(double.NaN, IfdMetric.LossRatio(0.5, 0));
        Assert.Equal(double.NaN, IfdMetric.LossRatio(0.5, double.NaN));
    }

    [Fact]
    public void MiwvIsTheDifference() => Assert.Equal(0.25, MiwvMetric.Value(zeroShot: 1.5, oneShot: 1.75));

    [Fact]
    public void MeanAndErrorOverNeighbors()
    {
        var (mean, error) = MiwvOverNeighborsMetric.MeanAndError([1, 2, 6]);
        Assert.Equal(3, mean);
        Assert.Equal(Math.Sqrt((4 + 1 + 9) / 2.0 / 3.0), error, 12);
        Assert.Equal((5, double.NaN), MiwvOverNeighborsMetric.MeanAndError([5]));
        Assert.Equal((double.NaN, double.NaN), MiwvOverNeighborsMetric.MeanAndError([]));
    }

    [Fact]
    public void WiciOfThePaperKeepsNegativeInfluences()
    {
        (double, double)[] probes = [(0.5, 0.4), (0.9, -0.2)];
        // (0.5 * 0.4 + 0.1 * -0.2) / (2 * 2)
        Assert.Equal(0.045, WiciMetric.OfPaper(probes), 12);
        Assert.Equal(0.2, WiciMetric.OfRepository(probes), 12);
        Assert.Equal(0, WiciMetric.OfRepository([(0.5, -1)]));
        Assert.Equal(double.NaN, WiciMetric.OfPaper([]));
        Assert.Equal(double.NaN, WiciMetric.OfRepository([]));
    }

    [Fact]
    public void CodecCountsRowsThatTheContextDisturbs() => Assert.Equal(0.5, CodecMetric.Share([-0.1, 0.2, 0, -3]));

    [Fact]
    public void CodecCutsAtAWord()
    {
        Assert.Equal("short", CodecMetric.Cut("short"));
        Assert.Equal(new string('a', 2000), CodecMetric.Cut(new string('a', 2000) + " " + new string('b', 100)));
        Assert.Equal(2048, CodecMetric.Cut(new string('a', 5000)).Length);
        Assert.Equal(2047, CodecMetric.Cut(new string('a', 2047) + "\U0001F600" + "b").Length);
    }

    [Fact]
    public void MinKTakesTheLeastLikely()
    {
        Assert.Equal(-4.5, MinKMetric.Value([-1, -5, -2, -4], 50));
        Assert.Equal(-5, MinKMetric.Value([-1, -5, -2, -4], 20)); // at least one
        Assert.Equal(double.NaN, MinKMetric.Value([], 20));
    }

    [Fact]
    public void SelectiveIfdKeepsTheLargestChanges()
    {
        // |d| = 0.1 2 1 3: half of them from 2 on
        float[] differences = [0.1f, -2, 1, 3];
        Assert.Equal(2, SelectiveIfdMetric.Threshold(differences, 50));
        Assert.Equal(Math.Exp(0.5), SelectiveIfdMetric.Value(differences, 2), 12);
        Assert.Equal(double.NaN, SelectiveIfdMetric.Value([0.5f], 2));
        Assert.Equal(Math.Exp(Loss(Conditional) - Loss(Alone)),
            SelectiveIfdMetric.Value([.. LogProbs(Alone).Zip(LogProbs(Conditional), (alone, conditional) => alone - conditional)], 0), 5);
    }

    [Fact]
    public void UpdWeighsDifficultyWithCertainty()
    {
        // sigmoid(ln 3) = 3/4 at no entropy; at full entropy nothing
        Assert.Equal(0.375, UpdMetric.Value([-(float)Math.Log(3), -1], [0, (float)Math.Log(16)], 16), 6);
        Assert.Equal(double.NaN, UpdMetric.Value([], [], 16));
    }

    [Fact]
    public void HesAddsTheHighestEntropiesInBits()
    {
        float[] entropies = [.. Enumerable.Range(1, 400).Select(i => (float)(i * Math.Log(2)))];
        Assert.Equal(400 + 399, HesMetric.Value(entropies, 0.5), 3);
        Assert.Equal(1, HesMetric.Value([(float)Math.Log(2)], 0.5), 6);
    }

    [Fact]
    public void NormLossIsInBits() => Assert.Equal(1, NormLossMetric.Bits(Math.Log(2)), 12);

    [Fact]
    public void MtldCountsStretches()
    {
        Assert.Equal(["it's", "a", "1st", "test"], MtldMetric.Words("It's a 1st — TEST!"));
        Assert.Equal(double.NaN, MtldMetric.Value([]));
        // all different: no stretch ends
        Assert.Equal(3, MtldMetric.Value(["a", "b", "c"]));
        // "a a" ends a stretch at ratio 0.5; two stretches in four words, both ways
        Assert.Equal(2, MtldMetric.Value(["a", "a", "a", "a"]));
        // forward: a, b, a -> 2/3 < 0.72 ends; c rests at ratio 1: 4 words / 1; backward c a b a -> 3/4 remains: (1 - 0.75) / 0.28 of a stretch
        Assert.Equal((4 + 4 / (0.25 / 0.28)) / 2, MtldMetric.Value(["a", "b", "a", "c"]), 9);
    }
}
