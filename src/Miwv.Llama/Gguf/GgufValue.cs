namespace Miwv.Llama.Gguf;

/// <summary>Where one metadata value lies. Scalars are kept as raw bits; strings and arrays stay in the file.</summary>
/// <param name="Type">Type of the value.</param>
/// <param name="ElementType">Type of the elements of an array; equal to <paramref name="Type"/> otherwise.</param>
/// <param name="Count">Bytes of a string, elements of an array, 1 for a scalar.</param>
/// <param name="Offset">First payload byte in the file, after the length.</param>
/// <param name="Start">Where its type is written; the encoded value ends at <paramref name="End"/>.</param>
/// <param name="End">First byte after the value.</param>
/// <param name="Bits">Little-endian bits of a scalar, zero-extended.</param>
internal readonly record struct GgufValue(GgufValueType Type, GgufValueType ElementType, long Count, long Offset, ulong Bits,
    long Start = 0, long End = 0)
{
    public bool IsArrayOf(GgufValueType element) => Type == GgufValueType.Array && ElementType == element;

    public string TypeName => Type == GgufValueType.Array ? $"array of {ElementType}" : Type.ToString();

    /// <summary>Bytes of one value of fixed size; 0 for strings and arrays.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };
}
