namespace Miwv.Perf.Suite.Comparing;

/// <summary>What became of a benchmark since the baseline.</summary>
internal enum Verdict
{
    Same,
    Slower,
    Faster,

    /// <summary>The baseline does not have it.</summary>
    New,

    /// <summary>The baseline has it and this run should have measured it but did not.</summary>
    Missing,

    /// <summary>Could not be measured here, and the reason is no fault of the program.</summary>
    NotMeasured,

    /// <summary>The baseline is of another machine.</summary>
    NotJudged,

    /// <summary>More bytes an operation than it may.</summary>
    Allocates,
}
