namespace Miwv.Metrics;

/// <summary>Which assistant turns of a conversation are scored, and how they become the row's value.</summary>
public enum TurnRule
{
    /// <summary>All; the row's answer is all their tokens, so that every token counts the same.</summary>
    Mean,

    /// <summary>All; the row's value is the sum of the turns' values.</summary>
    Sum,

    /// <summary>The last one.</summary>
    Last,
}
