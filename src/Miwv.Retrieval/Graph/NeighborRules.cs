namespace Miwv.Retrieval;

/// <summary>
/// Who may be whose neighbour, beyond "not itself" and "not a zero vector".
/// </summary>
/// <param name="IdenticalGroup">Per row: rows with the same number >= 0 are identical and not each other's neighbours; negative = identical to none. Null = duplicates are kept.</param>
/// <param name="MayBeNeighbor">Per row: false for a row that must not be anybody's neighbour (it still gets one). Null = every row may.</param>
public sealed record NeighborRules(int[]? IdenticalGroup = null, bool[]? MayBeNeighbor = null)
{
    /// <summary>No rule: every other row is a candidate.</summary>
    public static NeighborRules None { get; } = new();

    /// <summary>Whether <paramref name="candidate"/> may stand as neighbour of <paramref name="row"/>.</summary>
    public bool Allows(int row, int candidate) =>
        row != candidate
        && (MayBeNeighbor is null || MayBeNeighbor[candidate])
        && (IdenticalGroup is null || IdenticalGroup[candidate] < 0 || IdenticalGroup[candidate] != IdenticalGroup[row]);

    internal void CheckRows(int rows)
    {
        if (IdenticalGroup is not null && IdenticalGroup.Length != rows)
            throw new ArgumentException($"{IdenticalGroup.Length} identical-group numbers for {rows} rows");
        if (MayBeNeighbor is not null && MayBeNeighbor.Length != rows)
            throw new ArgumentException($"{MayBeNeighbor.Length} may-be-neighbour flags for {rows} rows");
    }
}
