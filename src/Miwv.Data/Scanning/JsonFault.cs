using System.Text.Json;

namespace Miwv.Data;

/// <summary>What a JSON reader's exception says, without what it says to programmers.</summary>
internal static class JsonFault
{
    /// <summary>Without its place, short and on one line.</summary>
    public static string Reason(JsonException e)
    {
        // The message quotes the file, a misspelt literal with all that follows it in the buffer.
        const string literal = "' is an invalid JSON literal. ";
        int end = e.Message.LastIndexOf(" LineNumber:", StringComparison.Ordinal);
        int start = e.Message.LastIndexOf(literal, StringComparison.Ordinal);
        string reason = e.Message[(start < 0 ? 0 : start + literal.Length)..(end < 0 ? e.Message.Length : end)];
        if (reason.Contains("array contains a trailing comma", StringComparison.Ordinal))
            return "there is a comma before the closing ]";
        if (reason.Contains("object contains a trailing comma", StringComparison.Ordinal))
            return "there is a comma before the closing }";
        return Quoted.Line(reason.Replace(" Change the reader options.", "", StringComparison.Ordinal).TrimEnd('.'), 160);
    }

    /// <summary>True at a text in single quotes.</summary>
    public static bool IsSingleQuote(JsonException e) => e.Message.StartsWith("''' is an invalid start of a ", StringComparison.Ordinal);
}
