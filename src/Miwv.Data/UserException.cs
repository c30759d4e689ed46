using System.Globalization;

namespace Miwv.Data;

/// <summary>
/// An error whose message is one complete line for the person at the terminal: file, place, what is wrong, what to do. What comes from
/// files may hold anything: control characters and direction marks become '?', and of a message that is too long the middle is left out.
/// </summary>
public class UserException(string message, Exception? inner = null) : Exception(OneLine(message), inner)
{
    private const int Longest = 2000, Tail = 500;

    private static string OneLine(string text)
    {
        string cut = text.Length <= Longest ? text : $"{text.AsSpan(0, Longest - Tail - 5)} ... {text.AsSpan(text.Length - Tail)}";
        return cut.AsSpan().ContainsAnyExceptInRange(' ', '~') ? string.Create(cut.Length, cut, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++) line[i] = IsUnsafe(source[i]) ? '?' : source[i];
        }) : cut;
    }

    private static bool IsUnsafe(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
