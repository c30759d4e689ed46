using Miwv.Metrics;

namespace Miwv.Engine.Verification;

/// <summary>A token sequence and the spans of it that are scored, in order, each [From, To).</summary>
internal sealed record ScoredSequence(int[] Tokens, IReadOnlyList<(int From, int To)> Scored)
{
    /// <summary>A context before a row's tokens, whose scored spans move along.</summary>
    public static ScoredSequence Behind(int[] context, int[] tokens, IReadOnlyList<(int From, int To)> scored) =>
        new([.. context, .. tokens], [.. scored.Select(span => (span.From + context.Length, span.To + context.Length))]);

    /// <summary>The row's loss by a plain loop, nats a token.</summary>
    public double Loss(PlainLoop loop, TurnRule rule)
    {
        double[] nll = loop.Nll(Tokens, Scored);
        return rule == TurnRule.Sum
            ? nll.Select((sum, i) => sum / (Scored[i].To - Scored[i].From)).Sum()
            : nll.Sum() / Scored.Sum(span => span.To - span.From);
    }
}
