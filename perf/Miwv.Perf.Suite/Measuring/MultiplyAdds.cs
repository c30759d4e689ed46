using System.Runtime.Intrinsics;

namespace Miwv.Perf.Suite.Measuring;

/// <summary>Fused multiply-adds in registers and nothing else: the arithmetic peak of a core.</summary>
internal static class MultiplyAdds
{
    private const int Chains = 8;
    private static float kept;

    /// <param name="millions">Millions of single multiply-adds.</param>
    public static void Run(int millions)
    {
        var factor = Vector512.Create(0.999f);
        var a = Vector512.Create(1f);
        Vector512<float> b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (long i = millions * 1_000_000L / (Chains * Vector512<float>.Count); i > 0; i--)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, factor);
            b = Vector512.FusedMultiplyAdd(b, factor, factor);
            c = Vector512.FusedMultiplyAdd(c, factor, factor);
            d = Vector512.FusedMultiplyAdd(d, factor, factor);
            e = Vector512.FusedMultiplyAdd(e, factor, factor);
            f = Vector512.FusedMultiplyAdd(f, factor, factor);
            g = Vector512.FusedMultiplyAdd(g, factor, factor);
            h = Vector512.FusedMultiplyAdd(h, factor, factor);
        }
        kept = Vector512.Sum(a + b + c + d + e + f + g + h);
    }
}
