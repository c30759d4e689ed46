using FsCheck;
using FsCheck.Fluent;
using Miwv.Cli.Terminal;

namespace Miwv.Cli.Tests;

public sealed class CellsTests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData("你好", 4)]
    [InlineData("한국어", 6)]
    [InlineData("😀", 2)]
    [InlineData("e\u0301", 1)]
    [InlineData("│█░", 3)]
    [InlineData("ｱ", 1)]
    [InlineData("Ａ", 2)]
    public void Widths(string text, int cells) => Assert.Equal(cells, Cells.Width(text));

    [Theory]
    [InlineData("你好世界", 5, "你好…")]
    [InlineData("你好世界", 8, "你好世界")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("a\nb\u001b[31m", 20, "a b\uFFFD[31m")]
    [InlineData("abc", 0, "")]
    public void Cuts(string text, int width, string cut) => Assert.Equal(cut, Cells.Cut(text, width));

    [Theory]
    [InlineData("你好世界", 5, "…世界")]
    [InlineData("你好世界", 8, "你好世界")]
    [InlineData("abcdef", 4, "…def")]
    [InlineData("abc", 0, "")]
    public void Cuts_at_the_start(string text, int width, string cut) => Assert.Equal(cut, Cells.CutStart(text, width));

    [Fact]
    public void A_megabyte_on_one_line_is_wrapped_at_once()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var lines = Cells.Wrap(string.Concat(Enumerable.Repeat("word ", 400_000)), 80);
        Assert.Equal(25_000, lines.Count);
        Assert.All(lines, line => Assert.Equal(79, line.Length));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20); // measuring the rest anew for each line took minutes
    }

    [Fact]
    public void Cut_and_fit_keep_to_the_width() => Prop.ForAll<string, byte>((text, size) =>
    {
        int width = size % 60;
        return Cells.Width(Cells.Cut(text ?? "", width)) <= width && Cells.Width(Cells.CutStart(text ?? "", width)) <= width && Cells.Width(Cells.Fit(text ?? "", width)) == width;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Wrapped_lines_keep_to_the_width_and_lose_no_letter() => Prop.ForAll<string, byte>((text, size) =>
    {
        int width = 2 + size % 60;
        var lines = Cells.Wrap(text ?? "", width);
        string Letters(string s) => string.Concat(s.Where(c => !char.IsWhiteSpace(c)));
        return lines.All(line => Cells.Width(line) <= width)
            && Letters(string.Concat(lines)) == Letters(string.Concat((text ?? "").ReplaceLineEndings("\n").Split('\n').Select(SafeText.OneLine)));
    }).QuickCheckThrowOnFailure();
}
