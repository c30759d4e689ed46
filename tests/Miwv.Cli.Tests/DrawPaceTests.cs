using Miwv.Cli.Screen;

namespace Miwv.Cli.Tests;

public sealed class DrawPaceTests
{
    private static readonly (int, int) Window = (80, 24);

    [Theory]
    [InlineData(0, 250)]
    [InlineData(1, 250)]
    [InlineData(4, 600)]
    [InlineData(120, 1000)] // the first drawings; the next one was due after 18 s
    [InlineData(60_000, 1000)]
    public void However_long_a_drawing_took_the_next_one_is_due_within_a_second(double took, double pause)
    {
        var pace = new DrawPace();
        pace.Drew(TimeSpan.FromMilliseconds(took), Window);
        Assert.False(pace.IsDue(TimeSpan.FromMilliseconds(pause - 1), Window));
        Assert.True(pace.IsDue(TimeSpan.FromMilliseconds(pause), Window));
    }

    [Fact]
    public void Another_size_of_the_window_is_drawn_at_once()
    {
        var pace = new DrawPace();
        Assert.True(pace.IsDue(TimeSpan.Zero, Window));
        pace.Drew(TimeSpan.FromMinutes(1), Window);
        Assert.True(pace.IsDue(TimeSpan.Zero, (81, 24)));
        Assert.True(pace.IsDue(TimeSpan.Zero, (80, 23)));
        Assert.False(pace.IsDue(TimeSpan.Zero, Window));
    }
}
