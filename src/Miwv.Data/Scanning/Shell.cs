namespace Miwv.Data;

/// <summary>Words of commands that people paste.</summary>
internal static class Shell
{
    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,=:+@%");

    /// <summary>The text as one word, in quotes if it needs them.</summary>
    public static string Word(string text) =>
        text.AsSpan().ContainsAnyExcept(Plain) || text.Length == 0 ? $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'" : text;
}
