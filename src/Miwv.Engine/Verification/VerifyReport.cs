using Miwv.Data;

namespace Miwv.Engine.Verification;

/// <summary>What a second decode of some rows said of a run's losses. Differences are absolute, nats per answer token.</summary>
/// <param name="Rows">Rows decoded again.</param>
/// <param name="Scored">Rows of the run that are ok and have a loss.</param>
/// <param name="Losses">Losses compared, up to two a row.</param>
/// <param name="Worst">The row with the largest difference.</param>
public sealed record VerifyReport(int Rows, int Scored, int Losses, double Max, double Mean, RowId Worst, DifferenceBound Bound)
{
    /// <summary>Every loss is where it has to be; a difference that is not a number never is.</summary>
    public bool Holds => Max <= Bound.Max && (Bound.Mean is not { } mean || Mean <= mean);
}
