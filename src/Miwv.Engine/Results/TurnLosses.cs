using Miwv.Engine.Rows;
using Miwv.Metrics.Passes;

namespace Miwv.Engine.Results;

/// <summary>One scored assistant turn of a conversation. Losses are mean nats per token of the turn; NaN if the run has no such pass.</summary>
/// <param name="Turn">1-based among the row's assistant turns.</param>
/// <param name="AnswerTokens">Scored tokens.</param>
public readonly record struct TurnLosses(int Turn, int AnswerTokens, double ZeroShot, double OneShot)
{
    internal static TurnLosses[] Of(int row, RowPasses passes, PassResults results)
    {
        int[] numbers = [.. passes.Texts.ScoredEarlier(row), passes.Turns.Count(row)];
        double[] zero = results.PerTurn(numbers.Length, () => results.Loss(passes.ZeroShot[row]));
        double[] one = results.PerTurn(numbers.Length, () => results.Loss(passes.OneShot[row]));
        int last = passes.AnswerTokens[row];
        var turns = new TurnLosses[numbers.Length];
        for (int i = 0; i < turns.Length; i++)
        {
            int tokens = last;
            if (i + 1 < turns.Length)
            {
                var (from, to) = passes.Turns.Span(row, numbers[i]);
                last -= tokens = to - from;
            }
            turns[i] = new TurnLosses(numbers[i] + 1, tokens, zero[i], one[i]);
        }
        return turns;
    }
}
