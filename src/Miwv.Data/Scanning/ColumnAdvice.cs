namespace Miwv.Data;

/// <summary>Advice for files whose columns have other names: the option to paste, where the names are known ones.</summary>
internal static class ColumnAdvice
{
    private static readonly string[] Instructions = ["instruction", "prompt", "question", "query", "problem", "input"];
    private static readonly string[] Inputs = ["input", "context"];
    private static readonly string[] Outputs = ["output", "response", "completion", "answer", "solution"];
    private static readonly string[] Chats = ["messages", "conversations", "conversation", "dialog", "dialogue", "chat"];

    /// <summary>"columns found: …; try --columns …" for the columns of a file.</summary>
    public static string For(IReadOnlyList<string> found)
    {
        string listed = found.Count == 0 ? "the rows have no columns" : "columns found: " + string.Join(", ", found.Select(Quoted.Short));
        return $"{listed}; {Suggestion(found) ?? "name yours with --columns instruction=COLUMN,input=COLUMN,output=COLUMN"}";
    }

    private static string? Suggestion(IReadOnlyList<string> found)
    {
        string? Pick(string[] names) => names.FirstOrDefault(found.Contains);
        if (Pick(Outputs) is { } output && Pick(Instructions) is { } instruction)
        {
            string? input = Inputs.FirstOrDefault(name => name != instruction && found.Contains(name));
            string options = string.Join(',', new[] { ("instruction", instruction), ("input", input), ("output", output) }
                .Where(pair => pair.Item2 is not null && pair.Item1 != pair.Item2)
                .Select(pair => $"{pair.Item1}={pair.Item2}"));
            return options.Length == 0 ? null : "try --columns " + options;
        }
        return Pick(Chats) is { } chat ? $"try --columns messages={chat}" : null;
    }
}
