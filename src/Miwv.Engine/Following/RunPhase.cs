namespace Miwv.Engine.Following;

/// <summary>What becomes of a run, seen from outside.</summary>
public enum RunPhase
{
    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>Its process is there but has said nothing for seconds: suspended, or the machine is overloaded.</summary>
    Silent,

    /// <summary>No process works on it, and it has no scores.</summary>
    Stopped,

    /// <summary>The scores are there.</summary>
    Finished,
}
