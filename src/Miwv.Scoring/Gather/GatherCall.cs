using Miwv.Data;

namespace Miwv.Scoring.Gather;

/// <summary>A wave as the native job, for either gather.</summary>
internal static unsafe class GatherCall
{
    /// <exception cref="ArgumentException">Lengths that do not fit together.</exception>
    /// <exception cref="UserException">The native library is missing or of another ABI.</exception>
    public static GatherStatus Run(in GatherWave wave, delegate*<GatherJob*, int> gather)
    {
        GatherLibrary.EnsureUsable();
        LogitsView logits = wave.Logits;
        int pairs = wave.PairRow.Length;
        int segments = Math.Max(0, wave.SegmentStart.Length - 1);
        Require(wave.PairTarget.Length == pairs, "PairTarget must be as long as PairRow");
        Require(wave.LogProb.Length == pairs, "LogProb must be as long as PairRow");
        Require(wave.SegmentNll.Length == segments, "SegmentNll must be one shorter than SegmentStart");
        Require(wave.RowEntropy.IsEmpty || wave.RowEntropy.Length == logits.Rows, "RowEntropy must have one element per row");
        Require(wave.PairRank.IsEmpty || wave.PairRank.Length == pairs, "PairRank must be as long as PairRow");
        Require(wave.RowListed.Length == (long)logits.Rows * wave.ListedIds.Length, "RowListed must be rows x ListedIds");

        int status;
        fixed (int* pairRow = wave.PairRow, pairTarget = wave.PairTarget, segmentStart = wave.SegmentStart)
        fixed (int* listed = wave.ListedIds, rank = wave.PairRank)
        fixed (float* logProb = wave.LogProb, entropy = wave.RowEntropy, rowListed = wave.RowListed)
        fixed (double* nll = wave.SegmentNll)
        {
            GatherJob job = new()
            {
                logits = (void*)logits.Address,
                row_stride = logits.RowStride,
                rows = logits.Rows,
                vocab = logits.Vocab,
                dtype = (int)logits.Type,
                want = (entropy != null ? GatherNative.WantEntropy : 0)
                     | (rank != null ? GatherNative.WantRank : 0)
                     | (rowListed != null ? GatherNative.WantListed : 0),
                pair_row = pairRow,
                pair_target = pairTarget,
                segment_start = segmentStart,
                pairs = pairs,
                segments = segments,
                listed_ids = listed,
                listed = wave.ListedIds.Length,
                threads = wave.Threads,
                log_prob = logProb,
                segment_nll = nll,
                row_entropy = entropy,
                pair_rank = rank,
                row_listed = rowListed,
            };
            status = gather(&job);
        }
        return (GatherStatus)status;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException(rule);
    }

    public static void Throw(GatherStatus status, LogitsView logits, string detail) => throw (status switch
    {
        GatherStatus.BadArgument => new ArgumentException(
            $"gather: an address, size, row, target, listed id or segment bound does not fit the logits ({logits.Rows} rows x {logits.Vocab} ids, stride {logits.RowStride})"),
        GatherStatus.UnsupportedType => new ArgumentException($"gather: logits of type {(int)logits.Type} are not supported"),
        GatherStatus.OutOfMemory => new InsufficientMemoryException($"gather: {detail}"),
        GatherStatus.DeviceError => new UserException($"gather on the card: {detail}"),
        _ => new InvalidOperationException($"gather: status {(int)status}"),
    });
}
