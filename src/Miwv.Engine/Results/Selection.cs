using Miwv.Metrics.Selection;

namespace Miwv.Engine.Results;

/// <summary>The rows that were chosen, in the order of choice.</summary>
/// <param name="Wanted">Rows asked for.</param>
/// <param name="Rows">Rows chosen: fewer than wanted if there were not as many to choose from.</param>
/// <param name="Ranked">Rows that have a score and pass the gates.</param>
public sealed record Selection(int Wanted, IReadOnlyList<int> Rows, int Ranked)
{
    /// <summary>Rows with a score that each gate kept out; a row may be kept out by several.</summary>
    public IReadOnlyList<(Gate Gate, int Rows)> KeptOut { get; init; } = [];

    /// <summary>What a cascade's small model missed; null without one, or without an audit.</summary>
    public RecallEstimate? Recall { get; init; }

    /// <summary>Share of the rows that can be scored which the small model kept: the recall that a small model which knows nothing would have.</summary>
    public double RecallByChance { get; init; }

    /// <summary>Candidates left out because they have no embedding that a distance could be measured to.</summary>
    public int WithoutEmbedding { get; init; }

    /// <summary>Share of the selection that the longest answers, as many, have in common with it.</summary>
    public double LongestOverlap { get; init; }

    /// <summary>The same for a random selection of as many rows.</summary>
    public double RandomOverlap { get; init; }

    /// <summary>Mean scored tokens of the chosen rows' answers, and of all rows that can be scored.</summary>
    public (double Chosen, double All) AnswerTokens { get; init; }
}
