namespace Miwv.Engine.Probing;

/// <summary>How a planted answer was spoilt.</summary>
public enum NoiseKind
{
    /// <summary>Nothing was done.</summary>
    None,

    /// <summary>Another row's answer.</summary>
    Swapped,

    /// <summary>The first third of its words.</summary>
    Cut,

    /// <summary>Its words in random order.</summary>
    Shuffled,

    /// <summary>Its letters written in another script.</summary>
    OffLanguage,
}
