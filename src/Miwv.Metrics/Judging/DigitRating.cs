namespace Miwv.Metrics.Judging;

/// <summary>Ratings from the logits of digit tokens.</summary>
public static class DigitRating
{
    /// <summary>Softmax over the digits lowest to highest alone.</summary>
    /// <param name="logits">Logits of the digits 0 to 9.</param>
    public static double[] Probabilities(ReadOnlySpan<float> logits, int lowest, int highest)
    {
        double[] weights = new double[highest - lowest + 1];
        double most = double.NegativeInfinity, sum = 0;
        for (int s = lowest; s <= highest; s++) most = Math.Max(most, logits[s]);
        for (int i = 0; i < weights.Length; i++) sum += weights[i] = Math.Exp(logits[lowest + i] - most);
        for (int i = 0; i < weights.Length; i++) weights[i] /= sum;
        return weights;
    }

    /// <summary>Σ s · p(s) (DEITA, arXiv 2312.15685; AlpaGasus with an expected instead of a written value).</summary>
    public static double Expected(ReadOnlySpan<double> probabilities, int lowest)
    {
        double sum = 0;
        for (int i = 0; i < probabilities.Length; i++) sum += (lowest + i) * probabilities[i];
        return sum;
    }

    /// <summary>SelectIT's token level (arXiv 2402.16705): the likeliest rating, times the mean distance of the other probabilities from its own.</summary>
    public static double TokenLevel(ReadOnlySpan<double> probabilities, int lowest)
    {
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
            if (probabilities[i] > probabilities[best]) best = i;
        double distance = 0;
        foreach (double p in probabilities) distance += Math.Abs(p - probabilities[best]);
        return (lowest + best) * distance / (probabilities.Length - 1);
    }

    /// <summary>SelectIT's sentence level: mean over rating prompts / (1 + alpha · their standard deviation).</summary>
    public static double SentenceLevel(ReadOnlySpan<double> ratings, double alpha = 0.2)
    {
        double mean = 0, squares = 0;
        foreach (double rating in ratings) mean += rating / ratings.Length;
        foreach (double rating in ratings) squares += (rating - mean) * (rating - mean);
        return mean / (1 + alpha * Math.Sqrt(squares / ratings.Length));
    }
}
