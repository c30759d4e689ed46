namespace Miwv.Engine;

/// <summary>Both passes of a row are in the journal.</summary>
/// <param name="Row">Position of the row.</param>
/// <param name="ZeroShot">Mean nats per answer token without the example; may be NaN.</param>
/// <param name="OneShot">Mean nats per answer token behind the neighbour; may be NaN.</param>
public readonly record struct RowScored(int Row, double ZeroShot, double OneShot);
