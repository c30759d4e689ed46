namespace Miwv.Data;

/// <summary>How the rows of a file hold prompt and answer.</summary>
public enum RowShape
{
    /// <summary>instruction, input, output; optionally system and history.</summary>
    Alpaca,

    /// <summary>messages: a list of role and content (OpenAI).</summary>
    Messages,

    /// <summary>conversations: a list of from and value (ShareGPT).</summary>
    ShareGpt,
}
