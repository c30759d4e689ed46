namespace Miwv.Engine.Explain;

/// <summary>A row's answer, token by token, in both passes.</summary>
/// <param name="Texts">Text of each scored token; a character spread over several tokens stands with the last of them.</param>
/// <param name="ZeroShot">Log-prob of each token without an example, nats.</param>
/// <param name="OneShot">Log-prob of each token behind the neighbour, nats.</param>
public sealed record AnswerTokens(IReadOnlyList<string> Texts, float[] ZeroShot, float[] OneShot)
{
    /// <summary>How much the example raised the loss of a token, nats; the mean over the tokens is the row's MIWV.</summary>
    public double Rise(int token) => (double)ZeroShot[token] - OneShot[token];

    /// <summary>Mean zero-shot loss, nats a token.</summary>
    public double MeanZeroShot => -ZeroShot.Average(v => (double)v);

    /// <summary>Mean one-shot loss, nats a token.</summary>
    public double MeanOneShot => -OneShot.Average(v => (double)v);
}
