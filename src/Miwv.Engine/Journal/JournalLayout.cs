using Miwv.Scoring.Passes;

namespace Miwv.Engine.Journal;

/// <summary>Which values a journal keeps of each pass.</summary>
/// <param name="PerToken">The log-probs of every pass.</param>
internal sealed record JournalLayout(PassList Passes, bool PerToken)
{
    /// <summary>True if some pass wants values for itself.</summary>
    public bool HasOwnWants => Passes.AllWants != PassWants.Sum;

    public bool HasValues => PerToken || HasOwnWants;

    public PassWants Wants(int pass) => Passes.Wants(pass) | (PerToken ? PassWants.LogProbs : PassWants.Sum);

    /// <summary>Values kept of <paramref name="tokens"/> scored tokens of a pass.</summary>
    public int ValueCount(int pass, int tokens)
    {
        var wants = Wants(pass);
        return (wants.HasFlag(PassWants.LogProbs) ? tokens : 0) + (wants.HasFlag(PassWants.Entropies) ? tokens : 0) + (wants.HasFlag(PassWants.Listed) ? Passes.ListedIds.Count : 0);
    }
}
