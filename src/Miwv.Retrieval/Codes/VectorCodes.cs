using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>
/// Every vector in 8 bits a component (one scale a vector, to nearest), with the length of what the rounding took away. They bound a dot product
/// from above for a quarter of the memory traffic; nothing is ever decided by them that the vectors themselves would decide otherwise.
/// </summary>
internal sealed unsafe class VectorCodes : IDisposable
{
    /// <summary>More than this is not worth it: the codes are resident memory, and a result does not depend on them.</summary>
    private const long LargestBytes = 512L << 20;

    /// <summary>Codes of a row are read in steps of this many.</summary>
    internal const int Step = 32;

    private const int CacheLine = 64, LargestCode = 127;

    private readonly byte* _rows;
    private readonly int _stride;

    private VectorCodes(int count, int dimension, double roundings)
    {
        (Dimension, Padded, _stride, Slack) = (dimension, PaddedTo(dimension), StrideOf(dimension), (float)roundings);
        _rows = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, (long)count * _stride), CacheLine);
    }

    internal int Dimension { get; }

    /// <summary>Codes of a row; those behind the dimension are 0.</summary>
    internal int Padded { get; }

    /// <summary>Lines of the cache that a row takes.</summary>
    internal int Lines => _stride / CacheLine;

    /// <summary>How far an f32 dot product can be from the true one, and then some.</summary>
    internal float Slack { get; }

    /// <summary>A bound on the length of every vector.</summary>
    internal float LongestVector { get; private set; }

    /// <summary>The codes of all vectors; null for f16 vectors, of which they would save less than half, and if they would take too much memory.</summary>
    internal static VectorCodes? TryMake(EmbeddingStore store, DistinctVectors vectors, ParallelOptions parallel)
    {
        if (store.Type != StoreType.F32 || (long)vectors.Count * StrideOf(store.Dimension) > LargestBytes)
            return null;
        var codes = new VectorCodes(vectors.Count, store.Dimension, (store.Dimension + 8) * Math.ScaleB(1, -23));
        try
        {
            codes.Fill(store, vectors, parallel);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_rows);

    internal sbyte* Row(int vector) => (sbyte*)(_rows + (long)vector * _stride);

    /// <summary>What stands behind the codes of a row, in its last line.</summary>
    internal Tail* TailOf(sbyte* row) => (Tail*)(row + Padded);

    private static int PaddedTo(int dimension) => (dimension + Step - 1) / Step * Step;

    private static int StrideOf(int dimension) => (PaddedTo(dimension) + sizeof(Tail) + CacheLine - 1) / CacheLine * CacheLine;

    private void Fill(EmbeddingStore store, DistinctVectors vectors, ParallelOptions parallel)
    {
        double longest = 0;
        object gate = new();
        Parallel.For(0, (vectors.Count + 255) / 256, parallel, chunk =>
        {
            double local = 0;
            var row = new float[Dimension];
            for (int vector = chunk * 256; vector < Math.Min(vectors.Count, (chunk + 1) * 256); vector++)
            {
                store.CopyRow(vectors.FirstRows[vector], row);
                local = Math.Max(local, Encode(row, Row(vector)));
            }
            lock (gate)
                longest = Math.Max(longest, local);
        });
        LongestVector = MathF.BitIncrement((float)longest);
    }

    /// <summary>Writes a row's codes and tail and returns the vector's length.</summary>
    private double Encode(ReadOnlySpan<float> row, sbyte* codes)
    {
        float largest = 0;
        foreach (float x in row)
            largest = Math.Max(largest, Math.Abs(x));
        float scale = largest / LargestCode;
        int sum = 0;
        double lost = 0, squares = 0;
        for (int d = 0; d < row.Length; d++)
        {
            int code = scale > 0 ? Math.Clamp((int)MathF.Round(row[d] / scale), -LargestCode, LargestCode) : 0;
            codes[d] = (sbyte)code;
            sum += code;
            double error = row[d] - (double)scale * code;
            lost += error * error;
            squares += (double)row[d] * row[d];
        }
        new Span<sbyte>(codes + row.Length, Padded - row.Length).Clear();
        *TailOf(codes) = new Tail(scale, MathF.BitIncrement((float)Math.Sqrt(lost)), sum);
        return Math.Sqrt(squares);
    }

    /// <param name="Scale">A component is its code times this, give or take.</param>
    /// <param name="Lost">Length of the difference between the vector and its codes; rounded up.</param>
    /// <param name="Sum">Of the codes.</param>
    internal readonly record struct Tail(float Scale, float Lost, int Sum);
}
