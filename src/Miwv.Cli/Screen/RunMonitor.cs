using Miwv.Engine;
using Miwv.Engine.Following;
using Miwv.Engine.Resources;

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
    private LiveState? live;

    public Lock Gate { get; } = new();
    public string Title => title;
    public string Subject => subject;
    public TimeSpan Elapsed => live is not null ? TimeSpan.FromSeconds(live.Seconds) : ended ?? clock.GetElapsedTime(began);
    public IReadOnlyList<StageMeter> Stages => stages;
    public StageMeter? Stage => stages.Count > 0 ? stages[^1] : null;
    public IReadOnlyList<string> Messages => messages;
    public RowBoard? Board { get; private set; }

    /// <summary>Tokens of a plain loop for each token that is computed.</summary>
    public double Sharing { get; private set; } = 1;

    public bool IsPaused => live?.IsPaused ?? paused;

    /// <summary>False over a run directory: the run is finished, or another process's.</summary>
    public bool IsOwn { get; init; } = true;

    public RunPhase Phase { get; private set; }
    public bool IsFinished => Phase == RunPhase.Finished;

    /// <summary>What the run takes of the machine; null = not known.</summary>
    public ResourceUse? Use { get; set; }

    /// <summary>What a person should do now, if anything.</summary>
    public string? Advice { get; private set; }

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

    public void Show(RowBoard board, double sharing)
    {
        lock (Gate) (Board, Sharing) = (board, sharing);
    }

    /// <summary>The values that a further metric has so far.</summary>
    public void SetMetric(string field, double[] values)
    {
        lock (Gate) Board?.Set(field, values);
    }

    /// <summary>Takes over what another process says of its run.</summary>
    public void Follow(LiveState? state, RunPhase phase, string? advice)
    {
        lock (Gate)
        {
            (live, Phase, Advice, Use) = (state, phase, advice, state?.Use);
            messages.Clear();
            messages.AddRange((state?.Warnings ?? []).Select(text => "warning: " + text));
            stages.RemoveAll(s => state is null || state.Stages.All(told => told.Progress.Stage != s.Name));
            foreach (var told in state?.Stages ?? [])
            {
                var meter = stages.Find(s => s.Name == told.Progress.Stage);
                if (meter is null) stages.Add(meter = new StageMeter(told.Progress.Stage, clock));
                bool score = told.Progress.Stage == "score";
                meter.Report(score ? told with { Progress = told.Progress with { Rows = Board?.Scored ?? 0 } } : told, phase is RunPhase.Running && !state!.IsPaused);
            }
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
            Phase = RunPhase.Finished;
        }
    }
}
