namespace Miwv.Data;

/// <summary>Text from a file inside a message: short, and on one line.</summary>
internal static class Quoted
{
    public static string Short(string text) => Line(text, 60);

    public static string Line(string text, int longest)
    {
        string cut = text.Length > longest ? text[..longest] + "..." : text;
        return string.Create(cut.Length, cut, (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
        });
    }
}
