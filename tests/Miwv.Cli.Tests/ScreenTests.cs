using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Engine.Following;
using Miwv.Engine.Resources;

namespace Miwv.Cli.Tests;

public sealed class ScreenTests
{
    private static readonly ConsoleKeyInfo Down = new('\0', ConsoleKey.DownArrow, false, false, false), Enter = new('\r', ConsoleKey.Enter, false, false, false), Escape = new('\e', ConsoleKey.Escape, false, false, false);

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    [InlineData(60, 14)]
    public void A_running_run(int width, int height)
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        Golden.Check($"running-{width}x{height}", Draw(Running(small), state, width, height));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void A_finished_run(int width, int height)
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        Golden.Check($"finished-{width}x{height}", Draw(Finished(small), state, width, height));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void An_open_row(int width, int height)
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Finished(small);
        var view = new ScreenView(monitor, state, null, false, true);
        view.Draw(width, height);
        state.Press(Down, monitor, place => view.Order[place]);
        state.Press(Enter, monitor, place => view.Order[place]);
        Golden.Check($"row-{width}x{height}", Text(view.Draw(width, height)));
    }

    [Fact]
    public void The_help()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Running(small);
        Press(state, monitor, '?');
        Golden.Check("help-80x24", Draw(monitor, state, 80, 24));
    }

    [Fact]
    public void The_help_is_whole_in_a_small_window()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Running(small);
        Press(state, monitor, '?');
        string help = Draw(monitor, state, 60, 20);
        Assert.Contains("cosine similarity", help, StringComparison.Ordinal);
        Assert.DoesNotContain('…', help);
    }

    [Fact]
    public void An_open_row_shows_all_its_metrics_in_a_narrow_window()
    {
        using var small = new SmallRun("a_metric_of_a_long_name");
        using var state = new ScreenState();
        var monitor = Finished(small);
        var view = new ScreenView(monitor, state, null, false, true);
        view.Draw(60, 20);
        state.Press(Enter, monitor, place => view.Order[place]);
        var lines = view.Draw(60, 20);
        Assert.Equal(" miwv 1.5000  zero-shot 1.2500  one-shot 2.7500", lines[1].ToString());
        Assert.Equal(" cosine 0.9000  a_metric_of_a_long_name 0.2500", lines[2].ToString());
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    public void A_followed_run_that_was_killed(int width, int height)
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = new RunMonitor("view", "miwv-runs/rows-12ab34cd", new FixedClock(), default) { IsOwn = false };
        monitor.Show(RowBoard.Of(small.Run), 2);
        LiveStage[] stages = [new(new StageProgress("embed", 5000, 5000, "tokens", 8), 30, true), new(new StageProgress("score", 50_000, 200_000, "tokens"), 5, false)];
        monitor.Follow(new LiveState(1, 0, 7, 37, false, stages, ["2 rows have no answer"], new ResourceUse(1.87, 312L << 20, null)), RunPhase.Stopped,
            "stopped; resume with miwv select --config miwv-runs/rows-12ab34cd/run.json --run miwv-runs/rows-12ab34cd --resume");
        Golden.Check($"stopped-{width}x{height}", Draw(monitor, state, width, height));
    }

    [Fact]
    public void Every_size_is_filled_and_never_exceeded()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Running(small);
        foreach (char page in "l?")
        {
            if (page == '?') Press(state, monitor, page);
            for (int width = 1; width <= 230; width += 7)
                for (int height = 1; height <= 70; height += 3)
                {
                    var lines = new ScreenView(monitor, state, null, true, true).Draw(width, height);
                    Assert.Equal(height, lines.Count);
                    if (width >= 60 && height >= 10) Assert.All(lines, line => Assert.InRange(line.Width, 0, width));
                }
        }
    }

    [Fact]
    public void Nothing_of_a_row_controls_the_terminal()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        Assert.DoesNotContain(Draw(Finished(small), state, 200, 60), c => char.IsControl(c) && c != '\n' || c == '\u202e');
    }

    [Fact]
    public void The_sort_goes_through_the_metrics_and_around()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Finished(small);
        var view = new ScreenView(monitor, state, null, false, true);
        view.Draw(100, 30);
        Assert.Equal([0, 2, 3, 1, 7], view.Order); // miwv 1.5, 0.5, 0, -2, -2
        Press(state, monitor, 's');
        view.Draw(100, 30);
        Assert.Equal([7, 2, 1, 0, 3], view.Order); // zero-shot
        Press(state, monitor, 'r');
        view.Draw(100, 30);
        Assert.Equal([3, 0, 1, 2, 7], view.Order);
        for (int i = 0; i < 3; i++) Press(state, monitor, 's');
        Press(state, monitor, 'r');
        view.Draw(100, 30);
        Assert.Equal([0, 2, 3, 1, 7], view.Order);
    }

    [Fact]
    public void The_filter_looks_into_prompt_answer_and_id()
    {
        using var small = new SmallRun();
        foreach (var (text, rows) in new (string, int[])[] { ("SMILE", [1]), ("world", [0]), ("你好", [0]), ("row-7", [7]), ("nowhere", []) })
        {
            using var state = new ScreenState();
            var monitor = Finished(small);
            Press(state, monitor, '/');
            foreach (char key in text) Press(state, monitor, key);
            state.Press(Enter, monitor, _ => -1);
            SpinWait.SpinUntil(() => state.Filter!.IsDone, TimeSpan.FromSeconds(20));
            var view = new ScreenView(monitor, state, null, false, true);
            view.Draw(80, 24);
            Assert.Equal(rows, view.Order);
            state.Press(Escape, monitor, _ => -1);
            Assert.Null(state.Filter);
        }
    }

    [Fact]
    public void Enter_opens_the_row_of_the_list_that_the_keys_before_it_made()
    {
        using var small = new SmallRun();
        using var state = new ScreenState();
        var monitor = Finished(small);
        var view = new ScreenView(monitor, state, null, false, true);
        view.Draw(100, 30);
        foreach (char key in "/SMILE") Press(state, monitor, key);
        state.Press(Enter, monitor, view.RowAt);
        SpinWait.SpinUntil(() => state.Filter!.IsDone, TimeSpan.FromSeconds(20));
        state.Press(Enter, monitor, view.RowAt); // typed so fast that nothing was drawn between
        Assert.Equal((ScreenMode.Row, 1), (state.Mode, state.OpenRow));
    }

    [Fact]
    public async Task A_pause_holds_the_run_and_stops_its_clock()
    {
        var clock = new FixedClock();
        var monitor = new RunMonitor("select", "rows", clock, default);
        monitor.Report(new StageProgress("score", 0, 100, "tokens"));
        clock.Advance(10);
        monitor.TogglePause();
        var working = Task.Run(() => monitor.Report(new StageProgress("score", 50, 100, "tokens")));
        Assert.NotSame(working, await Task.WhenAny(working, Task.Delay(200)));
        clock.Advance(1000);
        monitor.TogglePause();
        await working.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(10, monitor.Stage!.Elapsed.TotalSeconds, 3);
        Assert.Equal(10, monitor.Stage.Left!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void What_another_process_says_moves_on_with_the_clock_until_it_stops()
    {
        var clock = new FixedClock();
        var monitor = new RunMonitor("view", "run", clock, default) { IsOwn = false };
        LiveState At(long done, double seconds) => new(1, 0, done, seconds + 2, false, [new(new StageProgress("score", done, 100, "tokens"), seconds, false)], [], new ResourceUse(1, 1, null));
        monitor.Follow(At(20, 10), RunPhase.Running, null);
        clock.Advance(5);
        Assert.Equal(15, monitor.Stage!.Elapsed.TotalSeconds, 3);
        monitor.Follow(At(50, 15), RunPhase.Running, null);
        Assert.Equal((15, 15, 17), (monitor.Stage.Elapsed.TotalSeconds, monitor.Stage.Left!.Value.TotalSeconds, monitor.Elapsed.TotalSeconds));
        Assert.Equal(6, monitor.Stage.Rate, 3);
        monitor.Follow(At(50, 15), RunPhase.Stopped, "stopped");
        clock.Advance(1000);
        Assert.Equal((15, true), (monitor.Stage.Elapsed.TotalSeconds, monitor.Stage.IsFinished));
    }

    [Fact]
    public void Metrics_of_which_the_low_end_is_best_are_sorted_so()
    {
        using var small = new SmallRun("min_k20");
        using var state = new ScreenState();
        var monitor = Finished(small);
        var view = new ScreenView(monitor, state, null, false, true);
        for (int i = 0; i < 3; i++) Press(state, monitor, 's');
        Assert.Contains("↑min_k20", Text(view.Draw(100, 30)), StringComparison.Ordinal);
        Assert.Equal([3, 0, 1, 2, 7], view.Order);
        Press(state, monitor, 'r');
        view.Draw(100, 30);
        Assert.Equal([7, 2, 1, 0, 3], view.Order);
    }

    private static RunMonitor Running(SmallRun small)
    {
        var clock = new FixedClock();
        var monitor = new RunMonitor("select", "rows.json  base-7b.gguf", clock, default) { Use = new ResourceUse(1.87, 312L << 20, new CardUse("NVIDIA H200", 1, 0.93, 20L << 30, 140L << 30)) };
        monitor.Report(new StageProgress("read", 900, 900, "bytes"));
        clock.Advance(2);
        monitor.Report(new StageProgress("embed", 5000, 5000, "tokens", 8));
        clock.Advance(30);
        monitor.Show(RowBoard.Of(small.Run), 2);
        monitor.Report(new StageProgress("score", 0, 200_000, "tokens"));
        clock.Advance(5);
        monitor.Report(new StageProgress("score", 50_000, 200_000, "tokens"));
        monitor.Say("warning: 2 rows have no answer");
        return monitor;
    }

    private static RunMonitor Finished(SmallRun small)
    {
        var monitor = new RunMonitor("view", "run  base-7b.gguf", new FixedClock(), default) { IsOwn = false };
        monitor.Show(RowBoard.Of(small.Run), 1);
        monitor.End();
        return monitor;
    }

    private static void Press(ScreenState state, RunMonitor monitor, char key) => state.Press(new ConsoleKeyInfo(key, 0, false, false, false), monitor, _ => -1);

    private static string Draw(RunMonitor monitor, ScreenState state, int width, int height) => Text(new ScreenView(monitor, state, null, false, true).Draw(width, height));

    private static string Text(List<StyledLine> lines) => string.Concat(lines.Select(line => line.ToString().TrimEnd() + "\n"));
}
