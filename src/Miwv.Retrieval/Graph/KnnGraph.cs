using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>The k nearest rows of every row, best first; ties in cosine go to the lower row.</summary>
public sealed class KnnGraph
{
    private readonly int[] _neighbors;
    private readonly double[] _cosines;

    /// <summary>An empty graph: every place is <see cref="None"/>.</summary>
    public KnnGraph(int rows, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        (Rows, K) = (rows, k);
        if ((long)rows * k > Array.MaxLength / sizeof(double))
            throw new UserException($"{k} neighbours of {rows} rows are more than memory can hold; ask for fewer");
        _neighbors = new int[rows * k];
        _cosines = new double[_neighbors.Length];
        Array.Fill(_neighbors, None);
        Array.Fill(_cosines, double.NaN);
    }

    /// <summary>A graph that was stored: rows x k neighbours (or <see cref="None"/>) and their cosines.</summary>
    public KnnGraph(int rows, int k, int[] neighbors, double[] cosines)
    {
        if (neighbors.Length != checked(rows * k) || cosines.Length != neighbors.Length)
            throw new ArgumentException($"{neighbors.Length} neighbours and {cosines.Length} cosines for {rows} rows x {k}");
        (Rows, K, _neighbors, _cosines) = (rows, k, neighbors, cosines);
    }

    /// <summary>The id of "no neighbour"; its cosine is NaN.</summary>
    public const int None = -1;

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Neighbours per row.</summary>
    public int K { get; }

    /// <summary>The neighbours of a row, best first, then <see cref="None"/>.</summary>
    public ReadOnlySpan<int> Neighbors(int row) => _neighbors.AsSpan(row * K, K);

    /// <summary>The cosines (fp64 dot products of the stored vectors, at most 1) of a row's neighbours.</summary>
    public ReadOnlySpan<double> Cosines(int row) => _cosines.AsSpan(row * K, K);

    /// <summary>The product of two stored vectors, rounded as they are, may exceed 1 by a hair; a cosine does not.</summary>
    internal KnnGraph AtMostOne()
    {
        foreach (ref double cosine in _cosines.AsSpan())
            if (cosine > 1) cosine = 1;
        return this;
    }

    internal Span<int> AllNeighbors => _neighbors;

    internal Span<double> AllCosines => _cosines;

    internal Span<int> NeighborSlots(int row) => _neighbors.AsSpan(row * K, K);

    internal Span<double> CosineSlots(int row) => _cosines.AsSpan(row * K, K);
}
