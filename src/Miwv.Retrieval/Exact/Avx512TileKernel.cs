using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Miwv.Retrieval;

/// <summary>14 x 32 products a step in 28 of the 32 AVX-512 registers: 28 fused multiply-adds for 16 loads.</summary>
internal readonly unsafe struct Avx512TileKernel : ITileKernel
{
    public static int TileRows => 14;

    public static int TileColumns => 32;

    public static bool IsSupported => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* rows, float* columns, int depth, float* tile)
    {
        Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero, c21 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero, c31 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero, c41 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero, c51 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero, c61 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero, c71 = Vector512<float>.Zero;
        Vector512<float> c80 = Vector512<float>.Zero, c81 = Vector512<float>.Zero;
        Vector512<float> c90 = Vector512<float>.Zero, c91 = Vector512<float>.Zero;
        Vector512<float> ca0 = Vector512<float>.Zero, ca1 = Vector512<float>.Zero;
        Vector512<float> cb0 = Vector512<float>.Zero, cb1 = Vector512<float>.Zero;
        Vector512<float> cc0 = Vector512<float>.Zero, cc1 = Vector512<float>.Zero;
        Vector512<float> cd0 = Vector512<float>.Zero, cd1 = Vector512<float>.Zero;
        for (float* end = rows + (long)depth * 14; rows < end; rows += 14, columns += 32)
        {
            Vector512<float> b0 = Vector512.Load(columns);
            Vector512<float> b1 = Vector512.Load(columns + 16);
            Vector512<float> a = Vector512.Create(rows[0]);
            c00 = Avx512F.FusedMultiplyAdd(a, b0, c00);
            c01 = Avx512F.FusedMultiplyAdd(a, b1, c01);
            a = Vector512.Create(rows[1]);
            c10 = Avx512F.FusedMultiplyAdd(a, b0, c10);
            c11 = Avx512F.FusedMultiplyAdd(a, b1, c11);
            a = Vector512.Create(rows[2]);
            c20 = Avx512F.FusedMultiplyAdd(a, b0, c20);
            c21 = Avx512F.FusedMultiplyAdd(a, b1, c21);
            a = Vector512.Create(rows[3]);
            c30 = Avx512F.FusedMultiplyAdd(a, b0, c30);
            c31 = Avx512F.FusedMultiplyAdd(a, b1, c31);
            a = Vector512.Create(rows[4]);
            c40 = Avx512F.FusedMultiplyAdd(a, b0, c40);
            c41 = Avx512F.FusedMultiplyAdd(a, b1, c41);
            a = Vector512.Create(rows[5]);
            c50 = Avx512F.FusedMultiplyAdd(a, b0, c50);
            c51 = Avx512F.FusedMultiplyAdd(a, b1, c51);
            a = Vector512.Create(rows[6]);
            c60 = Avx512F.FusedMultiplyAdd(a, b0, c60);
            c61 = Avx512F.FusedMultiplyAdd(a, b1, c61);
            a = Vector512.Create(rows[7]);
            c70 = Avx512F.FusedMultiplyAdd(a, b0, c70);
            c71 = Avx512F.FusedMultiplyAdd(a, b1, c71);
            a = Vector512.Create(rows[8]);
            c80 = Avx512F.FusedMultiplyAdd(a, b0, c80);
            c81 = Avx512F.FusedMultiplyAdd(a, b1, c81);
            a = Vector512.Create(rows[9]);
            c90 = Avx512F.FusedMultiplyAdd(a, b0, c90);
            c91 = Avx512F.FusedMultiplyAdd(a, b1, c91);
            a = Vector512.Create(rows[10]);
            ca0 = Avx512F.FusedMultiplyAdd(a, b0, ca0);
            ca1 = Avx512F.FusedMultiplyAdd(a, b1, ca1);
            a = Vector512.Create(rows[11]);
            cb0 = Avx512F.FusedMultiplyAdd(a, b0, cb0);
            cb1 = Avx512F.FusedMultiplyAdd(a, b1, cb1);
            a = Vector512.Create(rows[12]);
            cc0 = Avx512F.FusedMultiplyAdd(a, b0, cc0);
            cc1 = Avx512F.FusedMultiplyAdd(a, b1, cc1);
            a = Vector512.Create(rows[13]);
            cd0 = Avx512F.FusedMultiplyAdd(a, b0, cd0);
            cd1 = Avx512F.FusedMultiplyAdd(a, b1, cd1);
        }
        c00.Store(tile);
        c01.Store(tile + 16);
        c10.Store(tile + 32);
        c11.Store(tile + 48);
        c20.Store(tile + 64);
        c21.Store(tile + 80);
        c30.Store(tile + 96);
        c31.Store(tile + 112);
        c40.Store(tile + 128);
        c41.Store(tile + 144);
        c50.Store(tile + 160);
        c51.Store(tile + 176);
        c60.Store(tile + 192);
        c61.Store(tile + 208);
        c70.Store(tile + 224);
        c71.Store(tile + 240);
        c80.Store(tile + 256);
        c81.Store(tile + 272);
        c90.Store(tile + 288);
        c91.Store(tile + 304);
        ca0.Store(tile + 320);
        ca1.Store(tile + 336);
        cb0.Store(tile + 352);
        cb1.Store(tile + 368);
        cc0.Store(tile + 384);
        cc1.Store(tile + 400);
        cd0.Store(tile + 416);
        cd1.Store(tile + 432);
    }
}
