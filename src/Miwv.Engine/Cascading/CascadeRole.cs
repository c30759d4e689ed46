namespace Miwv.Engine.Cascading;

/// <summary>What the small model of a cascade made of a row.</summary>
public enum CascadeRole : byte
{
    /// <summary>Among the best, or nothing the small model can score: the scoring model sees it.</summary>
    Kept,

    /// <summary>Rejected, but drawn to be seen by the scoring model; never selected.</summary>
    Audit,

    /// <summary>The scoring model does not see it.</summary>
    Rejected,
}
