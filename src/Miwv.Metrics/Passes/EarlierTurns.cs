namespace Miwv.Metrics.Passes;

/// <summary>The assistant turns before the answer, of all rows: where they lie among the tokens of the rows' prompts. Rows without a history cost nothing.</summary>
public sealed class EarlierTurns
{
    private readonly int[] first;
    private readonly (int From, int To)[] spans;

    /// <param name="counts">Earlier answers of each row; empty if no row has any.</param>
    /// <param name="rule">Whether they are scored.</param>
    public EarlierTurns(ReadOnlySpan<int> counts, TurnRule rule)
    {
        Rule = rule;
        first = counts.IsEmpty ? [] : new int[counts.Length + 1];
        for (int row = 0; row < counts.Length; row++) first[row + 1] = first[row] + counts[row];
        spans = new (int, int)[Total];
    }

    public TurnRule Rule { get; }

    /// <summary>Earlier answers of all rows.</summary>
    public int Total => first.Length == 0 ? 0 : first[^1];

    /// <summary>Earlier answers of a row.</summary>
    public int Count(int row) => first.Length == 0 ? 0 : first[row + 1] - first[row];

    /// <summary>Place of a row's first one among all.</summary>
    public int First(int row) => first.Length == 0 ? 0 : first[row];

    /// <summary>The row that the answer at a place among all belongs to.</summary>
    public int RowAt(int place)
    {
        int at = Array.BinarySearch(first, place);
        if (at < 0) return ~at - 1;
        while (first[at + 1] == place) at++; // rows without any share their place with the next
        return at;
    }

    /// <summary>Tokens [From, To) of the row's prompt.</summary>
    public (int From, int To) Span(int row, int turn) => spans[first[row] + turn];

    /// <summary>Sets the spans of a row; rows may be set from several threads.</summary>
    /// <exception cref="ArgumentException">Not as many as the row has.</exception>
    public void Set(int row, IReadOnlyList<(int From, int To)> found)
    {
        if (found.Count != Count(row)) throw new ArgumentException($"{found.Count} spans for {Count(row)} turns of row {row}");
        for (int turn = 0; turn < found.Count; turn++) spans[first[row] + turn] = found[turn];
    }
}
