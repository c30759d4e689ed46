using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;

namespace Miwv.Cli.Tests;

/// <summary>The list of rows and the distribution above it: ranks, and lines that no value makes wider than the terminal.</summary>
public sealed class RowTableTests
{
    private static readonly ConsoleKeyInfo Enter = new('\r', ConsoleKey.Enter, false, false, false);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Ranks_are_places_in_the_whole_order(int metric)
    {
        using var large = new LargeRun(500);
        var board = RowBoard.Of(large.Run);
        for (int row = 0; row < board.Count; row += 3)
            if (!double.IsNaN(board.Values[metric][row])) board.Values[metric][row] = Math.Round(board.Values[metric][row]); // with ties
        int[] all = board.First(metric, worst: false, board.Count, null);
        int[] some = board.First(metric, worst: false, 40, row => row % 7 == 2), worst = board.First(metric, worst: true, 40, null);
        Assert.Equal(some.Select(row => Array.IndexOf(all, row) + 1), board.Ranks(metric, some));
        Assert.Equal(worst.Select(row => Array.IndexOf(all, row) + 1), board.Ranks(metric, worst));
        Assert.Equal(all.Reverse().Take(40), worst);
        Assert.Equal(Enumerable.Range(1, all.Length), board.Ranks(metric, all));
        Assert.Empty(board.Ranks(metric, []));
    }

    [Fact]
    public void A_filter_and_the_order_leave_a_row_its_rank()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Finished(RowBoard.Of(small.Run));
        Assert.Equal("     5  -2.0000   4.0000   2.0000  0.830  row-7", Cut(Draw(monitor, state), "row-7"));
        Press(state, monitor, "/row-7");
        state.Press(Enter, monitor, _ => -1);
        SpinWait.SpinUntil(() => state.Filter!.IsDone, TimeSpan.FromSeconds(20));
        string filtered = Draw(monitor, state);
        Assert.DoesNotContain("row-0", filtered, StringComparison.Ordinal);
        Assert.Equal("     5  -2.0000   4.0000   2.0000  0.830  row-7", Cut(filtered, "row-7"));
        Press(state, monitor, "r");
        Assert.Equal("     5  -2.0000   4.0000   2.0000  0.830  row-7", Cut(Draw(monitor, state), "row-7"));
    }

    [Fact]
    public void No_value_widens_a_line()
    {
        using var small = new SmallRun();
        var board = RowBoard.Of(small.Run);
        foreach (double size in (double[])[1, 1e3, 1e5, 1e8, 1e15, 1e300])
        {
            foreach (double[] values in board.Values)
                for (int row = 0; row < values.Length; row++)
                    if (!double.IsNaN(values[row])) values[row] = (row % 2 == 0 ? -1 : 1) * size * (row + 1) / 7.0;
            for (int sort = 0; sort < board.Metrics.Count; sort++)
                AllFit(board, (state, monitor) => Press(state, monitor, new string('s', sort)));
            AllFit(board, (state, monitor) =>
            {
                var view = new ScreenView(monitor, state, null, false, true);
                view.Draw(100, 30);
                state.Press(Enter, monitor, place => view.Order[place]);
            });
        }
    }

    [Fact]
    public void Ranks_of_six_digits_do_not_widen_a_line()
    {
        using var large = new LargeRun(103_000);
        var board = RowBoard.Of(large.Run);
        for (int sort = 0; sort < board.Metrics.Count; sort++)
            AllFit(board, (state, monitor) =>
            {
                Press(state, monitor, new string('s', sort) + "r");
                Assert.Contains($" {board.Values[state.Metric(board)].Count(value => !double.IsNaN(value))} ", Draw(monitor, state), StringComparison.Ordinal);
            }, step: 5);
    }

    [Fact]
    public void What_is_typed_and_searched_does_not_widen_a_line()
    {
        using var small = new SmallRun();
        var board = RowBoard.Of(small.Run);
        string typed = string.Concat(Enumerable.Repeat("你好 long ", 12)) + "end";
        AllFit(board, (state, monitor) =>
        {
            Press(state, monitor, "/" + typed);
            Assert.Contains("long end", Draw(monitor, state), StringComparison.Ordinal); // the end is where the person types
        });
        AllFit(board, (state, monitor) =>
        {
            Press(state, monitor, "/" + typed);
            state.Press(Enter, monitor, _ => -1);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_keys_to_stop_and_for_help_are_named_at_every_width(bool own)
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = new RunMonitor("view", "run", new FixedClock(), default) { IsOwn = own };
        monitor.Show(RowBoard.Of(small.Run), 1);
        for (int width = 60; width < 140; width++)
        {
            string hints = new ScreenView(monitor, state, null, false, true).Draw(width, 20)[^1].ToString();
            Assert.Contains(own ? " q stop and keep" : " q leave", hints, StringComparison.Ordinal);
            Assert.Contains(" ? help", hints, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_axis_that_leaves_values_out_says_so()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i / 100.0 - 2)];
        Assert.Equal("-1.96 (least -2.00)", Labels(values)[..19]);
        values[0] = -31;
        values[1] = 8.5;
        Assert.StartsWith("-1.95 (least -31.00) ", Labels(values), StringComparison.Ordinal);
        Assert.EndsWith(" 1.96 (most 8.50)", Labels(values), StringComparison.Ordinal);
        Assert.DoesNotContain("(", Labels([1, 2, 3]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, "  0.5000")]
    [InlineData(-12.25, "-12.2500")]
    [InlineData(12345.678, "12345.68")]
    [InlineData(-1234567.8, "-1234568")]
    [InlineData(-123456789, "  -1.2e8")]
    [InlineData(-1e300, "-1.0e300")]
    [InlineData(double.NaN, "       -")]
    public void Figures_keep_to_their_column(double value, string text) => Assert.Equal(text, Figure.Fit(value, 8));

    private static string Labels(double[] values) => Histogram.Lines(values, 58, 2, true)[^1].ToString();

    private static void AllFit(RowBoard board, Action<ScreenState, RunMonitor> prepare, int step = 1)
    {
        using var state = new ScreenState();
        var monitor = Finished(board);
        prepare(state, monitor);
        for (int width = 60; width <= 140; width += width < 72 ? 1 : 7 * step)
            foreach (bool unicode in (bool[])[true, false])
                foreach (var line in new ScreenView(monitor, state, null, true, unicode).Draw(width, 20))
                    Assert.True(line.Width <= width, $"{line.Width} cells of {width}: {line}");
    }

    private static RunMonitor Finished(RowBoard board)
    {
        var monitor = new RunMonitor("view", "run  base-7b.gguf", new FixedClock(), default) { IsOwn = false };
        monitor.Show(board, 1);
        monitor.End();
        return monitor;
    }

    private static void Press(ScreenState state, RunMonitor monitor, string keys)
    {
        foreach (char key in keys) state.Press(new ConsoleKeyInfo(key, 0, false, false, false), monitor, _ => -1);
    }

    private static string Draw(RunMonitor monitor, ScreenState state) =>
        string.Concat(new ScreenView(monitor, state, null, false, true).Draw(100, 30).Select(line => line.ToString().TrimEnd() + "\n"));

    // the line of a row up to its id
    private static string Cut(string screen, string id) => screen.Split('\n').First(line => line.Contains(" " + id, StringComparison.Ordinal)) is var line ? line[..(line.IndexOf(id, StringComparison.Ordinal) + id.Length)] : "";
}
