using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Miwv.Llama.Gguf;

namespace Miwv.Perf.Models;

/// <summary>
/// Bell-shaped weights, a pure function of (seed, tensor, element index), so any thread can make any piece.
/// A weight is the sum of the four bytes of a 32-bit hash of its index (Irwin-Hall, 1,021 levels, mean 510,
/// standard deviation 147.8), which a small table turns into f32 or f16.
/// </summary>
public sealed class RandomWeights
{
    private const int Levels = 4 * 255 + 1;
    private const int Mean = 2 * 255;
    private const int Strip = 256;
    private const int Q8Block = 32;

    // sqrt(4 * (256^2 - 1) / 12)
    private const float LevelDeviation = 147.80054f;

    private readonly uint _key1;
    private readonly uint _key2;
    private readonly GgufTensorType _type;
    private readonly float _step;
    private readonly float[] _single = new float[Levels];
    private readonly ushort[] _half = new ushort[Levels];

    /// <param name="seed">Seed of the model.</param>
    /// <param name="tensor">Number of the tensor.</param>
    /// <param name="type">F32, F16 or Q8_0.</param>
    /// <param name="deviation">Standard deviation of the weights.</param>
    public RandomWeights(uint seed, int tensor, GgufTensorType type, float deviation)
    {
        if (type is not (GgufTensorType.F32 or GgufTensorType.F16 or GgufTensorType.Q8_0))
            throw new ArgumentOutOfRangeException(nameof(type), type, "f32, f16 and q8_0 can be written");
        _type = type;
        _step = deviation / LevelDeviation;
        _key1 = Mix(seed ^ 0x9E3779B9u) + Mix((uint)tensor * 2 + 1);
        _key2 = Mix(_key1 ^ Mix((uint)tensor + 0x85EBCA6Bu));
        for (int level = 0; level < Levels; level++)
        {
            _single[level] = (level - Mean) * _step;
            _half[level] = BitConverter.HalfToUInt16Bits((Half)_single[level]);
        }
    }

    /// <summary>A <see cref="TensorFill"/> of these weights.</summary>
    public void Fill(long first, Span<byte> destination)
    {
        Span<uint> levels = stackalloc uint[Strip];
        int elementsPerStripBytes = _type switch { GgufTensorType.F32 => 4 * Strip, GgufTensorType.F16 => 2 * Strip, _ => Strip / Q8Block * 34 };
        for (; destination.Length > 0; first += Strip)
        {
            Sum((uint)first, levels);
            Span<byte> strip = destination[..Math.Min(elementsPerStripBytes, destination.Length)];
            Encode(levels, strip);
            destination = destination[strip.Length..];
        }
    }

    private void Encode(ReadOnlySpan<uint> levels, Span<byte> strip)
    {
        if (_type == GgufTensorType.F32)
            Map(levels, _single, MemoryMarshal.Cast<byte, float>(strip));
        else if (_type == GgufTensorType.F16)
            Map(levels, _half, MemoryMarshal.Cast<byte, ushort>(strip));
        else
            for (int block = 0; block * 34 < strip.Length; block++)
                Quantise(levels.Slice(block * Q8Block, Q8Block), strip.Slice(block * 34, 34));
    }

    private static void Map<T>(ReadOnlySpan<uint> levels, T[] table, Span<T> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = table[levels[i]];
    }

    /// <summary>A q8_0 block: the scale max|w|/127 as f16, then 32 signed bytes w/scale.</summary>
    private void Quantise(ReadOnlySpan<uint> levels, Span<byte> block)
    {
        Vector256<int> mean = Vector256.Create(Mean);
        ReadOnlySpan<int> signed = MemoryMarshal.Cast<uint, int>(levels);
        Vector256<int> a = Vector256.Create(signed) - mean, b = Vector256.Create(signed[8..]) - mean;
        Vector256<int> c = Vector256.Create(signed[16..]) - mean, d = Vector256.Create(signed[24..]) - mean;
        Vector256<int> extremes = Vector256.Max(
            Vector256.Max(Vector256.Abs(a), Vector256.Abs(b)), Vector256.Max(Vector256.Abs(c), Vector256.Abs(d)));
        int largest = 0;
        for (int lane = 0; lane < Vector256<int>.Count; lane++)
            largest = Math.Max(largest, extremes[lane]);
        MemoryMarshal.Write(block, (Half)(largest * _step / 127f));
        Vector256<float> inverse = Vector256.Create(largest == 0 ? 0 : 127f / largest);
        Vector256<short> low = Vector256.Narrow(Scale(a, inverse), Scale(b, inverse));
        Vector256<short> high = Vector256.Narrow(Scale(c, inverse), Scale(d, inverse));
        Vector256.Narrow(low, high).CopyTo(MemoryMarshal.Cast<byte, sbyte>(block[2..]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Scale(Vector256<int> weights, Vector256<float> inverse) =>
        Vector256.ConvertToInt32(Vector256.Round(Vector256.ConvertToSingle(weights) * inverse));

    private void Sum(uint first, Span<uint> levels)
    {
        ref uint start = ref MemoryMarshal.GetReference(levels);
        Vector256<uint> lanes = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        Vector256<uint> mask = Vector256.Create(0x00ff00ffu), low = Vector256.Create(0xffffu);
        for (int i = 0; i < Strip; i += Vector256<uint>.Count)
        {
            Vector256<uint> x = (lanes + Vector256.Create(first + (uint)i)) ^ Vector256.Create(_key1);
            x ^= x >>> 16;
            x *= Vector256.Create(0x7feb352du);
            x ^= x >>> 15;
            x += Vector256.Create(_key2);
            x *= Vector256.Create(0x846ca68bu);
            x ^= x >>> 16;
            Vector256<uint> pairs = (x & mask) + ((x >>> 8) & mask);
            Vector256<uint> sum = (pairs & low) + (pairs >>> 16);
            sum.StoreUnsafe(ref start, (nuint)i);
        }
    }

    /// <summary>Integer hash "lowbias32" (C. Wellons, Hash prospector, 2018).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7feb352du;
        x = (x ^ (x >> 15)) * 0x846ca68bu;
        return x ^ (x >> 16);
    }
}
