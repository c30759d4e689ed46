namespace Miwv.Data;

/// <summary>How chosen rows are written.</summary>
public enum SelectionFormat
{
    /// <summary>As they stand in the input, byte for byte.</summary>
    Same,

    /// <summary>instruction, input, output, system, history (a list of [question, answer] pairs).</summary>
    Alpaca,

    /// <summary>conversations: a list of from (system, human, gpt, function_call, observation) and value.</summary>
    ShareGpt,

    /// <summary>messages: a list of role (system, user, assistant, function_call, tool) and content.</summary>
    Messages,
}
