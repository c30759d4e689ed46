using System.Numerics;
using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// A map of the vectors: their coordinates along the two directions of largest variance, found by power iteration on an evenly spread
/// sample. One thread and a fixed start: the same store gives the same map.
/// </summary>
public static class PrincipalPlane
{
    private const int Sample = 8192, Iterations = 24;

    /// <param name="store">The vectors; zero rows are left out of the sample.</param>
    /// <returns>x and y of every row; NaN for a zero row.</returns>
    public static (float[] X, float[] Y) Project(EmbeddingStore store, CancellationToken cancellation = default)
    {
        int dimension = store.Dimension, stride = Math.Max(1, store.Count / Sample);
        var sample = new List<float[]>();
        var mean = new float[dimension];
        for (int row = 0; row < store.Count; row += stride)
        {
            if (store.IsZero(row)) continue;
            var vector = new float[dimension];
            store.CopyRow(row, vector);
            sample.Add(vector);
            Add(mean, 1, vector);
        }
        for (int i = 0; i < dimension; i++) mean[i] /= Math.Max(1, sample.Count);
        foreach (float[] vector in sample) Add(vector, -1, mean);

        float[] first = Direction(sample, dimension, null, cancellation), second = Direction(sample, dimension, first, cancellation);
        var (x, y) = (new float[store.Count], new float[store.Count]);
        var buffer = new float[dimension];
        for (int row = 0; row < store.Count; row++)
        {
            if (store.IsZero(row))
            {
                x[row] = y[row] = float.NaN;
                continue;
            }
            store.CopyRow(row, buffer);
            Add(buffer, -1, mean);
            (x[row], y[row]) = (Dot(buffer, first), Dot(buffer, second));
        }
        return (x, y);
    }

    // the direction of largest variance at right angles to `other`
    private static float[] Direction(List<float[]> sample, int dimension, float[]? other, CancellationToken cancellation)
    {
        var direction = new float[dimension];
        uint state = other is null ? 0x9E3779B9 : 0x85EBCA6B;
        for (int i = 0; i < dimension; i++)
        {
            state = state * 1664525 + 1013904223;
            direction[i] = (state >> 8) / (float)(1 << 24) - 0.5f;
        }
        var next = new float[dimension];
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(next);
            foreach (float[] vector in sample) Add(next, Dot(vector, direction), vector);
            if (other is not null) Add(next, -Dot(next, other), other);
            float length = MathF.Sqrt(Dot(next, next));
            if (length == 0) return next; // all vectors are equal in this direction
            for (int i = 0; i < dimension; i++) direction[i] = next[i] / length;
        }
        return direction;
    }

    private static float Dot(float[] a, float[] b)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(a.AsSpan());
        var y = MemoryMarshal.Cast<float, Vector<float>>(b.AsSpan());
        var sum = Vector<float>.Zero;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        float total = Vector.Sum(sum);
        for (int i = x.Length * Vector<float>.Count; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    private static void Add(float[] to, float factor, float[] vector)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(to.AsSpan());
        var y = MemoryMarshal.Cast<float, Vector<float>>(vector.AsSpan());
        for (int i = 0; i < x.Length; i++) x[i] += factor * y[i];
        for (int i = x.Length * Vector<float>.Count; i < to.Length; i++) to[i] += factor * vector[i];
    }
}
