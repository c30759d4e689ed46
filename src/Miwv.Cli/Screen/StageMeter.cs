using Miwv.Engine;
using Miwv.Engine.Following;

namespace Miwv.Cli.Screen;

/// <summary>One stage's progress over time; time that was spent paused does not count.</summary>
internal sealed class StageMeter(string name, TimeProvider clock)
{
    private const int Kept = 40;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(TimeSpan At, long Done, long Rows)> samples = new();
    private readonly long began = clock.GetTimestamp();
    private TimeSpan paused, lastSample = -SampleEvery;
    private TimeSpan? ended;
    private long? pausedSince;
    private (TimeSpan Elapsed, long At)? told;

    public string Name => name;
    public StageProgress Last { get; private set; }
    public bool IsFinished => ended is not null;
    public TimeSpan Elapsed => ended ?? (told is { } other ? other.Elapsed + clock.GetElapsedTime(other.At) : Own);

    private TimeSpan Own => clock.GetElapsedTime(began) - paused - (pausedSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero);

    public void Report(StageProgress value)
    {
        Last = value;
        var now = Elapsed;
        if (now - lastSample < SampleEvery && now >= lastSample) return;
        lastSample = now;
        samples.Enqueue((now, value.Done, value.Rows));
        if (samples.Count > Kept) samples.Dequeue();
    }

    /// <summary>Takes over what another process says of this stage.</summary>
    public void Report(LiveStage stage, bool moves)
    {
        ended = null;
        told = (TimeSpan.FromSeconds(stage.Seconds), clock.GetTimestamp());
        Report(stage.Progress);
        if (stage.IsFinished || !moves) End();
    }

    public void Pause() => pausedSince ??= clock.GetTimestamp();

    public void GoOn()
    {
        if (pausedSince is { } since) paused += clock.GetElapsedTime(since);
        pausedSince = null;
    }

    public void End() => ended ??= Elapsed;

    /// <summary>Work a second over the last ten seconds; 0 = not known yet.</summary>
    public double Rate => Slope(sample => sample.Done);

    /// <summary>Rows a second over the last ten seconds.</summary>
    public double RowRate => Slope(sample => sample.Rows);

    /// <summary>What is left at the rate of the whole stage.</summary>
    public TimeSpan? Left
    {
        get
        {
            double seconds = Elapsed.TotalSeconds, work = Last.Done - Last.Kept;
            return work <= 0 || seconds < 0.5 || Last.Total <= 0 ? null : TimeSpan.FromSeconds(Math.Max(0, Last.Total - Last.Done) * seconds / work);
        }
    }

    private double Slope(Func<(TimeSpan At, long Done, long Rows), long> value)
    {
        if (samples.Count < 2) return 0;
        var first = samples.Peek();
        var last = samples.Last();
        double seconds = (last.At - first.At).TotalSeconds;
        return seconds > 0 ? (value(last) - value(first)) / seconds : 0;
    }
}
