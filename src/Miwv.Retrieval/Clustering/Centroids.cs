namespace Miwv.Retrieval;

/// <summary>The centroids of a k-means run: assigning rows to them, and moving them to the mean of their rows.</summary>
internal sealed class Centroids
{
    private const int RowsAtATime = 64;

    private readonly EmbeddingStore _store;
    private readonly double[] _halfNorms;

    /// <summary>Centroids at the given rows.</summary>
    internal Centroids(EmbeddingStore store, int[] rows)
    {
        _store = store;
        Sizes = new int[rows.Length];
        Values = new float[checked(rows.Length * store.Dimension)];
        _halfNorms = new double[rows.Length];
        for (int cluster = 0; cluster < rows.Length; cluster++)
        {
            store.CopyRow(rows[cluster], Of(cluster));
            _halfNorms[cluster] = ExactDot.Of(Of(cluster), Of(cluster)) / 2;
        }
    }

    /// <summary>clusters x dimension.</summary>
    internal float[] Values { get; }

    internal int[] Sizes { get; }

    private Span<float> Of(int cluster) => Values.AsSpan(cluster * _store.Dimension, _store.Dimension);

    internal double SquaredDistance(int row, int cluster)
    {
        var vector = new float[_store.Dimension];
        _store.CopyRow(row, vector);
        return Math.Max(0, ExactDot.Of(vector, vector) + 2 * (_halfNorms[cluster] - ExactDot.Of(vector, Of(cluster))));
    }

    /// <summary>Gives every row its nearest centroid, ties to the lower one; <paramref name="distances"/> gets the squared distance less the row's own norm. True when any row moved.</summary>
    internal unsafe bool Assign(int[] rows, int[] assignment, double[] distances, ParallelOptions parallel)
    {
        int dimension = _store.Dimension, moved = 0;
        Parallel.For(0, (rows.Length + RowsAtATime - 1) / RowsAtATime, parallel, chunk =>
        {
            ReadOnlySpan<int> some = rows.AsSpan(chunk * RowsAtATime, Math.Min(RowsAtATime, rows.Length - chunk * RowsAtATime));
            var vectors = new float[some.Length * dimension];
            for (int i = 0; i < some.Length; i++)
                _store.CopyRow(some[i], vectors.AsSpan(i * dimension, dimension));
            Span<double> best = stackalloc double[RowsAtATime];
            Span<int> nearest = stackalloc int[RowsAtATime];
            best.Fill(double.NegativeInfinity);
            fixed (float* left = vectors, right = Values)
            {
                for (int cluster = 0; cluster < Sizes.Length; cluster++) // a centroid stays in L1 while the rows, in L2, pass
                {
                    for (int i = 0; i < some.Length; i++)
                    {
                        double score = ExactDot.OfSingle(left + (long)i * dimension, right + (long)cluster * dimension, dimension) - _halfNorms[cluster];
                        if (score > best[i])
                            (best[i], nearest[i]) = (score, cluster);
                    }
                }
            }
            for (int i = 0; i < some.Length; i++)
            {
                if (assignment[some[i]] != nearest[i])
                    Interlocked.Exchange(ref moved, 1);
                assignment[some[i]] = nearest[i];
                distances[some[i]] = -2 * best[i];
            }
        });
        return moved != 0;
    }

    /// <summary>Moves every centroid to the mean of its rows; one that lost all rows takes the row that lies farthest from its own centroid.</summary>
    internal void Update(int[] rows, int[] assignment, double[] distances, ParallelOptions parallel)
    {
        FillEmptyClusters(rows, assignment, distances);
        var start = new int[Sizes.Length + 1];
        for (int cluster = 0; cluster < Sizes.Length; cluster++)
            start[cluster + 1] = start[cluster] + Sizes[cluster];
        var members = new int[rows.Length];
        int[] next = start[..^1];
        foreach (int row in rows)
            members[next[assignment[row]]++] = row;
        Parallel.For(0, Sizes.Length, parallel, cluster =>
        {
            var sum = new double[_store.Dimension];
            var vector = new float[_store.Dimension];
            foreach (int row in members.AsSpan(start[cluster]..start[cluster + 1]))
            {
                _store.CopyRow(row, vector);
                for (int d = 0; d < vector.Length; d++)
                    sum[d] += vector[d];
            }
            Span<float> centroid = Of(cluster);
            for (int d = 0; d < vector.Length; d++)
                centroid[d] = (float)(sum[d] / Sizes[cluster]);
            _halfNorms[cluster] = ExactDot.Of(centroid, centroid) / 2;
        });
    }

    private void FillEmptyClusters(int[] rows, int[] assignment, double[] distances)
    {
        Array.Clear(Sizes);
        foreach (int row in rows)
            Sizes[assignment[row]]++;
        for (int cluster = 0; cluster < Sizes.Length; cluster++)
        {
            if (Sizes[cluster] > 0)
                continue;
            int farthest = -1;
            foreach (int row in rows)
                if (Sizes[assignment[row]] > 1 && (farthest < 0 || distances[row] > distances[farthest]))
                    farthest = row;
            Sizes[assignment[farthest]]--;
            (assignment[farthest], distances[farthest], Sizes[cluster]) = (cluster, double.NegativeInfinity, 1);
        }
    }
}
