namespace Miwv.Engine.Explain;

/// <summary>Why a row does or does not fit.</summary>
/// <param name="Row">Tokens of the row's prompt and answer.</param>
/// <param name="Example">Tokens of its neighbour's prompt and the separator; at least one more, of the neighbour's answer, must fit.</param>
/// <param name="Window">Tokens that a sequence may have.</param>
public sealed record RowLengths(int Row, int Example, int Window);
