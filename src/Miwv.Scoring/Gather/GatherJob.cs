using System.Runtime.InteropServices;

namespace Miwv.Scoring.Gather;

/// <summary><c>miwv_gather_job</c> of native/gather.h, field for field (120 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GatherJob
{
    public void* logits;
    public long row_stride;
    public int rows;
    public int vocab;
    public int dtype;
    public int want;
    public int* pair_row;
    public int* pair_target;
    public int* segment_start;
    public int pairs;
    public int segments;
    public int* listed_ids;
    public int listed;
    public int threads;
    public float* log_prob;
    public double* segment_nll;
    public float* row_entropy;
    public int* pair_rank;
    public float* row_listed;
}
