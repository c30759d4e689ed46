namespace Miwv.Engine.Following;

/// <summary>A stage of a running run.</summary>
/// <param name="Seconds">Time it has taken, pauses left out.</param>
public sealed record LiveStage(StageProgress Progress, double Seconds, bool IsFinished);
