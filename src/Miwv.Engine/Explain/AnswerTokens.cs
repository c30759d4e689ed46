using Miwv.Metrics;

namespace Miwv.Engine.Explain;

/// <summary>A row's answer, token by token, in both passes; of a conversation all assistant turns that are scored, one behind the other.</summary>
/// <param name="Texts">Text of each scored token; a character spread over several tokens stands with the last of them.</param>
/// <param name="ZeroShot">Log-prob of each token without an example, nats.</param>
/// <param name="OneShot">Log-prob of each token behind the neighbour, nats.</param>
public sealed record AnswerTokens(IReadOnlyList<string> Texts, float[] ZeroShot, float[] OneShot)
{
    /// <summary>The scored assistant turns: 1-based number among the row's, and tokens.</summary>
    public IReadOnlyList<(int Turn, int Tokens)> Turns { get; init; } = [(1, ZeroShot.Length)];

    /// <summary>How the turns' losses become the row's.</summary>
    public TurnRule Rule { get; init; }

    /// <summary>How much the example raised the loss of a token, nats; the mean over the tokens is the row's MIWV.</summary>
    public double Rise(int token) => (double)ZeroShot[token] - OneShot[token];

    /// <summary>Zero-shot loss as the run's scores have it, nats a token.</summary>
    public double ZeroShotLoss => Loss(ZeroShot);

    /// <summary>One-shot loss as the run's scores have it, nats a token.</summary>
    public double OneShotLoss => Loss(OneShot);

    private double Loss(float[] logProbs)
    {
        if (Rule != TurnRule.Sum) return -logProbs.Average(v => (double)v);
        double sum = 0;
        int from = 0;
        foreach (var (_, tokens) in Turns)
        {
            sum -= logProbs.Skip(from).Take(tokens).Average(v => (double)v);
            from += tokens;
        }
        return sum;
    }
}
