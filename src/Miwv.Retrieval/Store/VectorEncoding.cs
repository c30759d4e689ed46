using System.Runtime.InteropServices;

namespace Miwv.Retrieval;

/// <summary>Raw vector to stored row: L2-normalised in fp64, then rounded once to the stored type.</summary>
internal static class VectorEncoding
{
    /// <summary>Writes <paramref name="raw"/> as one row; a zero vector stays zero.</summary>
    /// <exception cref="ArgumentException">A component is NaN or infinite.</exception>
    internal static void Encode(ReadOnlySpan<float> raw, StoreType type, Span<byte> row)
    {
        double squares = 0;
        foreach (float x in raw)
            squares += (double)x * x;
        // float squares cannot overflow a double, so a sum that is not finite means a component is not
        if (!double.IsFinite(squares))
            throw new ArgumentException("the vector has a component that is NaN or infinite", nameof(raw));
        double scale = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
        if (type == StoreType.F32)
        {
            Span<float> target = MemoryMarshal.Cast<byte, float>(row);
            for (int d = 0; d < raw.Length; d++)
                target[d] = (float)(raw[d] * scale) + 0f; // + 0 turns -0 into 0, so equal vectors have equal bytes
        }
        else
        {
            Span<Half> target = MemoryMarshal.Cast<byte, Half>(row);
            for (int d = 0; d < raw.Length; d++)
            {
                var component = (Half)(raw[d] * scale);
                target[d] = component == Half.Zero ? Half.Zero : component;
            }
        }
    }
}
