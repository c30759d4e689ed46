using FsCheck;
using FsCheck.Fluent;
using Miwv.Cli.Terminal;
using Miwv.Engine.Explain;

namespace Miwv.Cli.Tests;

public sealed class AnswerTextTests
{
    [Fact]
    public void Without_colour_words_carry_the_sum_of_their_tokens()
    {
        var tokens = Tokens((" He", 1.5f), ("llo", 2), (" you", -0.25f), (",", -0.5f), (" there", -3), ("\n", 4), ("Bye", 1));
        Assert.Equal(["Hello[+3.5] you, there[+1.0]", "Bye[+1.0]"], AnswerText.Lines(tokens, 60, color: false).Select(l => l.ToString()));
    }

    [Fact]
    public void Words_are_not_broken_where_they_fit_a_line()
    {
        var tokens = Tokens((" the", 0), (" ul", 0.3f), ("tim", 0.2f), ("atum", 0), (" was", 0), (" sent", 0));
        Assert.Equal(["the", "ultimatum", "was sent"], AnswerText.Lines(tokens, 10, color: true).Select(l => l.ToString()));
    }

    [Fact]
    public void The_space_before_a_word_counts_into_its_width()
    {
        var tokens = Tokens(("serve", 0), (" th", 0), ("e", 0), (" soup", 0));
        Assert.Equal(["serve", "the soup"], AnswerText.Lines(tokens, 8, color: true).Select(l => l.ToString()));
    }

    [Fact]
    public void Lines_keep_to_the_width_and_lose_no_letter() => Prop.ForAll<string[], byte, bool>((texts, size, color) =>
    {
        int width = 12 + size % 60;
        var tokens = Tokens([.. texts.Select(text => (text ?? "", 0f))]);
        var lines = AnswerText.Lines(tokens, width, color);
        string Letters(string s) => string.Concat(s.Where(c => !char.IsWhiteSpace(c) && c is not ('⏎' or '\uFFFD')));
        // an emoji spread over two tokens is two broken halves: what is compared is what each token shows
        return lines.All(line => line.Width <= width)
            && Letters(string.Concat(lines.Select(l => l.ToString()))) == Letters(string.Concat(texts.Select(text => string.Join(" ", (text ?? "").ReplaceLineEndings("\n").Split('\n').Select(SafeText.OneLine)))));
    }).QuickCheckThrowOnFailure();

    // the change is the one-shot loss minus the zero-shot loss
    private static AnswerTokens Tokens(params (string Text, float Rise)[] tokens) => new([.. tokens.Select(t => t.Text)], [.. tokens.Select(_ => 0f)], [.. tokens.Select(t => -t.Rise)]);
}
