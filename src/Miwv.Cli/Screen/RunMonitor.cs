using Miwv.Engine;
using Miwv.Scoring.Waves;

namespace Miwv.Cli.Screen;

/// <summary>What is known of a run on show. The run reports into it from its threads (and waits in it while paused); the screen reads it under <see cref="Gate"/>.</summary>
internal sealed class RunMonitor(string title, string subject, TimeProvider clock, CancellationToken cancel) : IProgress<StageProgress>, IProgress<RowScored>
{
    private const int KeptMessages = 200;

    private static readonly TimeSpan LookUp = TimeSpan.FromMilliseconds(50);

    private readonly List<StageMeter> stages = [];
    private readonly List<string> messages = [];
    private readonly long began = clock.GetTimestamp();
    private TimeSpan? ended;
    private volatile bool paused;

    public Lock Gate { get; } = new();
    public string Title => title;
    public string Subject => subject;
    public TimeSpan Elapsed => ended ?? clock.GetElapsedTime(began);
    public IReadOnlyList<StageMeter> Stages => stages;
    public StageMeter? Stage => stages.Count > 0 ? stages[^1] : null;
    public IReadOnlyList<string> Messages => messages;
    public RowBoard? Board { get; private set; }

    /// <summary>Tokens of a plain loop for each token that is computed.</summary>
    public double Sharing { get; private set; } = 1;

    public bool IsPaused => paused;

    /// <summary>True over a run directory: nothing is running.</summary>
    public bool IsFinished => ended is not null;

    public double CpuShare { get; set; }
    public long MemoryBytes { get; set; }

    public void Report(StageProgress value)
    {
        lock (Gate)
        {
            var meter = stages.Find(s => s.Name == value.Stage && !s.IsFinished);
            if (meter is null)
            {
                Stage?.End();
                stages.RemoveAll(s => s.Name == value.Stage);
                stages.Add(meter = new StageMeter(value.Stage, clock));
            }
            // what scoring counts are passes; rows are counted here
            meter.Report(value.Stage == "score" ? value with { Rows = Board?.Scored ?? 0 } : value);
        }
        if (!paused) return;
        lock (Gate) Stage?.Pause();
        while (paused && !cancel.IsCancellationRequested) Thread.Sleep(LookUp);
        lock (Gate) Stage?.GoOn();
    }

    public void Report(RowScored value)
    {
        lock (Gate) Board?.Set(value);
    }

    public void Show(RowBoard board, WavePlan? plan)
    {
        lock (Gate)
        {
            Board = board;
            if (plan is { Tokens: > 0 }) Sharing = (double)plan.Forest.PlainTokens / plan.Tokens;
        }
    }

    public void Say(string message)
    {
        lock (Gate)
        {
            messages.Add(message);
            if (messages.Count > KeptMessages) messages.RemoveAt(0);
        }
    }

    public void TogglePause() => paused = !paused;

    public void Resume() => paused = false;

    public void End()
    {
        lock (Gate)
        {
            Stage?.End();
            ended ??= Elapsed;
        }
    }
}
