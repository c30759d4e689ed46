using Miwv.Retrieval;

namespace Miwv.Perf.Scale;

/// <summary>
/// A neighbour graph without a search: of every ten rows three are hubs that the others are shown, so that demonstrations are shared as
/// unevenly as in a real set (a third of the rows is some row's neighbour).
/// </summary>
internal static class GivenGraph
{
    /// <summary>Every row of a block is shown the block's first, so that each demonstration has this many users; the first is shown the second.</summary>
    public static KnnGraph Shared(int rows, int users)
    {
        var neighbors = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            int first = row / (users + 1) * (users + 1);
            neighbors[row] = row != first ? first : row + 1 < rows ? row + 1 : 0;
        }
        return new KnnGraph(rows, 1, neighbors, [.. Enumerable.Repeat(0.8, rows)]);
    }

    public static KnnGraph Of(int rows)
    {
        var neighbors = new int[rows];
        var cosines = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            int first = row / 10 * 10, hub = first + (int)((uint)row * 2_654_435_761u >> 16) % 3;
            neighbors[row] = hub < rows && hub != row ? hub : first == row ? (row + 1 < rows ? row + 1 : 0) : first;
            cosines[row] = 0.8;
        }
        return new KnnGraph(rows, 1, neighbors, cosines);
    }
}
