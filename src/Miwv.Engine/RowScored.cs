namespace Miwv.Engine;

/// <summary>The passes of a row that its losses come from are in the journal.</summary>
/// <param name="Row">Position of the row.</param>
/// <param name="ZeroShot">Mean nats per answer token without the example; NaN if the run has no such pass.</param>
/// <param name="OneShot">Mean nats per answer token behind the neighbour; NaN if the run has no such pass.</param>
public readonly record struct RowScored(int Row, double ZeroShot, double OneShot);
