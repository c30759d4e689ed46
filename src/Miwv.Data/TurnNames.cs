namespace Miwv.Data;

/// <summary>
/// How the turns of a conversation are spelled: the fields with speaker and text, and what the speakers are called. What is not named
/// keeps its usual spellings (from and value, role and content; human, user, gpt, assistant and so on).
/// </summary>
internal sealed class TurnNames
{
    /// <summary>The words on the command line, LLaMA-Factory's names of the tags.</summary>
    public static readonly string[] Words = ["role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag"];

    private readonly string?[] _given;
    private readonly string[][] _spellings;

    private TurnNames(string?[] given)
    {
        _given = given;
        _spellings = [.. given.Select(name => name?.Split('|') ?? [])];
    }

    /// <summary>The usual names.</summary>
    public static TurnNames Default { get; } = new(new string?[Words.Length]);

    /// <summary>The field with the speaker if one was named; then no other is looked at.</summary>
    public string? RoleField => _given[0];

    /// <summary>The field with the text if one was named.</summary>
    public string? ContentField => _given[1];

    /// <summary>The names with one more: a field, or the spellings of a speaker with a bar between them.</summary>
    public TurnNames With(int word, string name)
    {
        string?[] given = [.. _given];
        given[word] = name;
        return new TurnNames(given);
    }

    /// <summary>True if the word has a name.</summary>
    public bool IsNamed(int word) => _given[word] is not null;

    /// <summary>Who speaks and whether it is a tool call or result; null for an unknown name.</summary>
    public (TurnRole Role, bool IsTool)? SpeakerOf(string name)
    {
        int word = Array.FindIndex(_spellings, 2, spellings => spellings.Contains(name));
        return word switch
        {
            2 => (TurnRole.User, false),
            3 => (TurnRole.Assistant, false),
            4 => (TurnRole.User, true),
            5 => (TurnRole.Assistant, true),
            6 => (TurnRole.System, false),
            _ => Usual(name),
        };
    }

    /// <summary>As <c>--columns</c> takes them, one by one.</summary>
    public IEnumerable<string> Settings() => Words.Zip(_given).Where(pair => pair.Second is not null).Select(pair => $"{pair.First}={pair.Second}");

    private static (TurnRole, bool)? Usual(string name) => name switch
    {
        "system" or "developer" => (TurnRole.System, false),
        "user" or "human" => (TurnRole.User, false),
        "tool" or "function" or "observation" or "function_response" => (TurnRole.User, true),
        "assistant" or "gpt" or "chatgpt" or "bard" or "bing" or "model" => (TurnRole.Assistant, false),
        "function_call" => (TurnRole.Assistant, true),
        _ => null,
    };
}
