using Miwv.Metrics.Judging;

namespace Miwv.Metrics.Tests.Formulas;

public class DigitRatingTests
{
    [Fact]
    public void OnlyTheRatingsCount()
    {
        // digits 1 to 3 with weights 1 : 2 : 1; the others have enormous logits
        float[] logits = [900, 5, 5 + (float)Math.Log(2), 5, 900, 900, 900, 900, 900, 900];
        double[] probabilities = DigitRating.Probabilities(logits, 1, 3);
        Assert.Equal(0.25, probabilities[0], 6);
        Assert.Equal(0.5, probabilities[1], 6);
        Assert.Equal(2, DigitRating.Expected(probabilities, 1), 6);
    }

    [Fact]
    public void TokenLevelByHand()
    {
        // best rating 2; distances 0.3, 0, 0.5: 2 * 0.8 / 2
        Assert.Equal(0.8, DigitRating.TokenLevel([0.3, 0.6, 0.1], 1), 12);
        Assert.Equal(0, DigitRating.TokenLevel([0.25, 0.25, 0.25, 0.25], 1));
    }

    [Fact]
    public void SentenceLevelPunishesDisagreement()
    {
        // mean 2, deviation 1
        Assert.Equal(2 / 1.2, DigitRating.SentenceLevel([1, 3]), 12);
        Assert.Equal(2, DigitRating.SentenceLevel([2, 2]), 12);
    }
}
