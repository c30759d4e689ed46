using System.Runtime.InteropServices;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Micro;

/// <summary>The same join against OpenBLAS: the sgemm that multiplies half of the square of similarities.</summary>
public unsafe class GemmBenchmark : MicroBenchmark
{
    private const int RowMajor = 101, Plain = 111, Transposed = 112;
    private static readonly nint Library = Load();
    private static readonly float[] A = new float[SelfJoinBenchmark.Rows * SelfJoinBenchmark.Dimension], C = new float[SelfJoinBenchmark.Rows * SelfJoinBenchmark.Rows / 2];

    public override string Name => "self-join (sgemm)";
    public override string Against => "OpenBLAS sgemm of half the square";
    public override int Units => 3;
    public override string? Lacks => Library == 0 ? "OpenBLAS (libopenblas.so.0) is not installed" : null;

    protected override void Unit() => SelfJoinBenchmark.Join();

    protected override void Fixed()
    {
        int rows = SelfJoinBenchmark.Rows, dimension = SelfJoinBenchmark.Dimension;
        var gemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(Library, "cblas_sgemm");
        fixed (float* a = A, c = C)
            for (int i = 0; i < 3; i++)
                gemm(RowMajor, Plain, Transposed, rows / 2, rows, dimension, 1, a, dimension, a, dimension, 0, c, rows);
    }

    private static nint Load()
    {
        if (!NativeLibrary.TryLoad("libopenblas.so.0", out nint library)) return 0;
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
        return library;
    }
}
