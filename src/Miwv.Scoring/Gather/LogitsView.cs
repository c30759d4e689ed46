namespace Miwv.Scoring.Gather;

/// <summary>Logits where they lie in host memory; nothing is owned or copied.</summary>
/// <param name="Address">First element of the first row, aligned to its element.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Vocab">Ids per row, at least 1.</param>
/// <param name="RowStride">Elements from one row to the next, at least <paramref name="Vocab"/>.</param>
/// <param name="Type">Element type.</param>
public readonly record struct LogitsView(nint Address, int Rows, int Vocab, long RowStride, LogitsType Type);
