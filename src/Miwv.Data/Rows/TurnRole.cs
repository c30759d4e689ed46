namespace Miwv.Data;

/// <summary>Who speaks in a turn. Tool calls are the assistant's, tool results the user's side.</summary>
public enum TurnRole
{
    /// <summary>Standing instructions.</summary>
    System,

    /// <summary>The user, or the result of a tool.</summary>
    User,

    /// <summary>The model, or a tool call it makes.</summary>
    Assistant,
}
