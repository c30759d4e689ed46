namespace Miwv.Metrics.Selection;

/// <summary>Rows up to a number of training tokens.</summary>
public static class TokenBudget
{
    /// <summary>The longest beginning of the ranking whose tokens stay within the budget.</summary>
    /// <param name="ranked">Rows, best first.</param>
    /// <param name="tokens">Tokens of a row.</param>
    public static int[] Take(ReadOnlySpan<int> ranked, Func<int, int> tokens, long budget)
    {
        int count = 0;
        foreach (int row in ranked)
        {
            budget -= tokens(row);
            if (budget < 0) break;
            count++;
        }
        return ranked[..count].ToArray();
    }
}
