namespace Miwv.Data;

/// <summary>One turn of a conversation.</summary>
/// <param name="IsTool">True for a tool call (the assistant's) or a tool's result (the user's side).</param>
public readonly record struct Turn(TurnRole Role, string Text, bool IsTool = false)
{
    /// <summary>The role as chat templates spell it: system, user or assistant.</summary>
    public string RoleName => Role switch
    {
        TurnRole.System => "system",
        TurnRole.User => "user",
        _ => "assistant",
    };
}
