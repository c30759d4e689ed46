using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Cascading;

/// <summary>What a summary says of a cascade.</summary>
/// <param name="Kept">Rows that the small model let through.</param>
/// <param name="Audited">Rejected rows that the scoring model saw all the same.</param>
/// <param name="Rejected">Rows that the small model did not let through, the audited ones among them.</param>
/// <param name="TokensWithout">Tokens that the scoring model would decode without the cascade.</param>
public sealed record CascadeSummary(int Kept, int Audited, int Rejected, long TokensWithout)
{
    internal static CascadeSummary Of(CascadeRows rows, PassList passes, WavePlan plan) =>
        new(rows.Kept, rows.Audited, rows.Rejected, plan.Forest.Count == passes.Count ? plan.Tokens : new PrefixForest(passes).NodeCount);
}
