using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Miwv.Retrieval;

/// <summary>4 x 8 products a step in plain Vector128 code (NEON, SSE, or scalar): any CPU that .NET runs on.</summary>
internal readonly unsafe struct Vector128TileKernel : ITileKernel
{
    public static int TileRows => 4;

    public static int TileColumns => 8;

    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* rows, float* columns, int depth, float* tile)
    {
        Vector128<float> c00 = Vector128<float>.Zero, c01 = Vector128<float>.Zero;
        Vector128<float> c10 = Vector128<float>.Zero, c11 = Vector128<float>.Zero;
        Vector128<float> c20 = Vector128<float>.Zero, c21 = Vector128<float>.Zero;
        Vector128<float> c30 = Vector128<float>.Zero, c31 = Vector128<float>.Zero;
        for (float* end = rows + (long)depth * 4; rows < end; rows += 4, columns += 8)
        {
            Vector128<float> b0 = Vector128.Load(columns);
            Vector128<float> b1 = Vector128.Load(columns + 4);
            Vector128<float> a = Vector128.Create(rows[0]);
            c00 = c00 + a * b0;
            c01 = c01 + a * b1;
            a = Vector128.Create(rows[1]);
            c10 = c10 + a * b0;
            c11 = c11 + a * b1;
            a = Vector128.Create(rows[2]);
            c20 = c20 + a * b0;
            c21 = c21 + a * b1;
            a = Vector128.Create(rows[3]);
            c30 = c30 + a * b0;
            c31 = c31 + a * b1;
        }
        c00.Store(tile);
        c01.Store(tile + 4);
        c10.Store(tile + 8);
        c11.Store(tile + 12);
        c20.Store(tile + 16);
        c21.Store(tile + 20);
        c30.Store(tile + 24);
        c31.Store(tile + 28);
    }
}
