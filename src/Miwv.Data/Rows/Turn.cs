namespace Miwv.Data;

/// <summary>One turn of a conversation.</summary>
public readonly record struct Turn(TurnRole Role, string Text)
{
    /// <summary>The role as chat templates spell it: system, user or assistant.</summary>
    public string RoleName => Role switch
    {
        TurnRole.System => "system",
        TurnRole.User => "user",
        _ => "assistant",
    };
}
