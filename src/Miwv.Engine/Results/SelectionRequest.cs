using Miwv.Metrics.Selection;

namespace Miwv.Engine.Results;

/// <summary>How rows are chosen from a finished run.</summary>
/// <param name="Top">How many.</param>
public sealed record SelectionRequest(TopCount Top)
{
    /// <summary>Fields to rank by and their weights; empty = the run's first metric.</summary>
    public IReadOnlyList<(string Field, double Weight)> By { get; init; } = [];

    /// <summary>How several fields become one rank.</summary>
    public Combination Combination { get; init; } = Combination.RankSum;

    /// <summary>Conditions on metrics; null = those that the papers of the ranking metrics demand.</summary>
    public IReadOnlyList<Gate>? Gates { get; init; }
    public Selector Selector { get; init; } = Selector.Top;

    /// <summary>The best of the ranking that the selector chooses from; null = all.</summary>
    public TopCount? Pool { get; init; }

    /// <summary>Cosine at or above which a row is too near to a chosen one.</summary>
    public double Cap { get; init; } = 0.9;

    /// <summary>Clusters or bins.</summary>
    public int Clusters { get; init; } = 10;

    /// <summary>Field of the rows with their tags, for <see cref="Selector.Sweep"/>; null = clusters are the tags.</summary>
    public string? TagField { get; init; }

    /// <summary>Most training tokens (prompts and answers) of the selection; null = any number.</summary>
    public long? TokenBudget { get; init; }
    public int Seed { get; init; }
}
