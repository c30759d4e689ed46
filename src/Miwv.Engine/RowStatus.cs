namespace Miwv.Engine;

/// <summary>What became of a row; in the order in which the first that applies is taken.</summary>
public enum RowStatus : byte
{
    Ok,
    Error,
    EmptyAnswer,
    TooLong,
    NoNeighbor,
    Nan,
}
