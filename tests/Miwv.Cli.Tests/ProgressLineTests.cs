using Miwv.Cli.Terminal;

namespace Miwv.Cli.Tests;

public sealed class ProgressLineTests
{
    [Theory]
    [InlineData(12_345.6, "12,346")]
    [InlineData(9.97, "10")]
    [InlineData(3.21, "3.2")]
    [InlineData(0.4, "0.4")]
    [InlineData(0.042, "0.04")]
    [InlineData(0.0001, "<0.01")]
    [InlineData(0, "0")]
    public void A_slow_rate_is_not_none(double rate, string text) => Assert.Equal(text, ProgressLine.Rate(rate));
}
