namespace Miwv.Cli.Terminal;

/// <summary>What a status means for the person whose row it is.</summary>
internal static class StatusReason
{
    public static string Of(string status) => status switch
    {
        "ok" => "scored",
        "empty_answer" => "the answer has no tokens: there is nothing to score",
        "too_long" => "the row, or the row with its neighbour, does not fit the model's window",
        "no_neighbor" => "no other row can be its example (all others are identical to it, have no answer, or have no known word)",
        "nan" => "the model gave a loss that is not a number",
        _ => status.StartsWith("error:", StringComparison.Ordinal) ? status["error:".Length..].Trim() : status,
    };
}
