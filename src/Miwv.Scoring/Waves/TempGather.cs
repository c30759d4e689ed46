using System.Runtime.InteropServices;
using Miwv.Llama.Tap;
namespace Miwv.Scoring.Gather;
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TempJob { public void* logits; public long row_stride; public int rows, vocab, dtype, want; public int* pair_row; public int* pair_target; public int* segment_start; public int pairs, segments; public int* listed_ids; public int listed, threads; public float* log_prob; public double* segment_nll; public float* e; public int* r; public float* l; }
internal static unsafe partial class GatherKernel
{
    [LibraryImport("/work/main/artifacts/native/libmiwv_gather.so")] private static partial int miwv_gather_cpu(TempJob* job);
    public static void Run(LogitsTensor t, ReadOnlySpan<int> row, ReadOnlySpan<int> target, ReadOnlySpan<int> seg, Span<float> lp, Span<double> nll, int threads)
    {
        fixed (int* a = row, b = target, c = seg) fixed (float* d = lp) fixed (double* e = nll) {
            var j = new TempJob { logits = (void*)t.Address, row_stride = t.Vocabulary, rows = t.Rows, vocab = t.Vocabulary, pair_row = a, pair_target = b, segment_start = c, pairs = row.Length, segments = seg.Length - 1, threads = threads, log_prob = d, segment_nll = e };
            int s = miwv_gather_cpu(&j); if (s != 0) throw new InvalidOperationException($"gather {s}");
        }
    }
}
