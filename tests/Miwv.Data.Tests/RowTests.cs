using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Miwv.Data.Tests;

public sealed class RowTests
{
    private static Row Row(string instruction, string input, string output, string? system = null, params Turn[] history) =>
        new(0, RowId.FromPosition(0), instruction, input, output, system, history, null);

    [Fact]
    public void TheEmbeddingTextIsInstructionAndInput()
    {
        Assert.Equal("a\nb", Row("a", "b", "c").EmbeddingText);
        Assert.Equal("a", Row("a", "", "c").EmbeddingText);
        Assert.Equal("\nb", Row("", "b", "c").EmbeddingText);
        Assert.Equal("s\na\nb", Row("a", "b", "c", "s").EmbeddingText);
        Assert.Equal("s\nq\na\nb", Row("a", "b", "c", "s", new(TurnRole.User, "q"), new(TurnRole.Assistant, "")).EmbeddingText);
    }

    [Fact]
    public void TheContentKeyTellsRowsApartByTheirTextsOnly()
    {
        Row[] different =
        [
            Row("a", "b", "c"), Row("ab", "", "c"), Row("", "ab", "c"), Row("a", "bc", ""), Row("a", "b", "c", "s"),
            Row("a", "b", "c", null, new Turn(TurnRole.User, "s")), Row("a", "b", "c", null, new Turn(TurnRole.Assistant, "s")), Row("", "", ""),
        ];
        Assert.Equal(different.Length, different.Select(row => row.ContentKey()).Distinct().Count());
        Assert.Equal(different[0].ContentKey(), (different[0] with { Index = 9, Id = RowId.FromString("z") }).ContentKey());
    }

    [Fact]
    public void AnIdIsWrittenAsItWasRead()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<System.Numerics.BigInteger>(), (text, number) =>
        {
            // Only text that UTF-8 can hold comes out of a file.
            string valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
            return JsonDocument.Parse(Written(RowId.FromString(valid))).RootElement.GetString() == valid
                && Written(RowId.FromInteger(number.ToString())) == number.ToString();
        }).QuickCheckThrowOnFailure();
        Assert.Equal("0", Written(default));
        Assert.NotEqual(RowId.FromString("5"), RowId.FromInteger("5"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("1e5")]
    public void OnlyIntegersAreIntegerIds(string text) => Assert.Throws<FormatException>(() => RowId.FromInteger(text));

    private static string Written(RowId id)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            id.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
