using Miwv.Engine.Results;

namespace Miwv.Engine;

/// <summary>What happens while a run scores, in order.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>A stage got on. Reports that nobody took in time are left out, a stage's last one never.</summary>
    public sealed record Stage(StageProgress Progress) : RunEvent;

    /// <summary>A row's losses are in the journal. Every row that can be scored comes once, those found finished by a resumed run too.</summary>
    public sealed record Row(RowScored Losses) : RunEvent;

    /// <summary>Something to know that does not end the run, one line.</summary>
    public sealed record Warning(string Text) : RunEvent;

    /// <summary>The end: the scores are written.</summary>
    public sealed record Finished(ScoreTable Scores) : RunEvent;
}
