using Miwv.Engine.Cascading;
using Miwv.Engine.Results;

namespace Miwv.Cli.Terminal;

/// <summary>What a status means for the person whose row it is.</summary>
internal static class StatusReason
{
    public static string Of(StoredScore row) => row.Status switch
    {
        "ok" => row.Cascade switch
        {
            CascadeRole.Rejected => "rejected by the cascade's small model, so the scoring model did not see it",
            CascadeRole.Audit => "rejected by the cascade's small model, and scored to tell what that missed; never selected",
            _ => "scored",
        },
        "empty_answer" => "the answer has no tokens: there is nothing to score",
        "too_long" => "the row, or the row with its neighbour, does not fit the model's window",
        "no_neighbor" => "no other row can be its example (all others are identical to it, have no answer, or have no known word)",
        "nan" => "the model gave a loss that is not a number",
        var status => status.StartsWith("error:", StringComparison.Ordinal) ? status["error:".Length..].Trim() : status,
    };
}
