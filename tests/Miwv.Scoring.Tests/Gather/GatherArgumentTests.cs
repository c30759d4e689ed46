using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

public class GatherArgumentTests
{
    [Fact]
    public void LengthsThatDoNotFitAreRefused()
    {
        Refused("PairTarget", target: [1]);
        Refused("LogProb", logProb: 3);
        Refused("SegmentNll", nll: 2);
        Refused("RowEntropy", entropy: 1);
        Refused("PairRank", rank: 1);
        Refused("RowListed", listed: [1]);
    }

    [Fact]
    public void ValuesOutOfRangeAreRefusedByTheLibrary()
    {
        Refused("2 rows x 5 ids", row: [0, 2]);
        Refused("2 rows x 5 ids", target: [0, 5]);
        Refused("2 rows x 5 ids", target: [0, -1]);
        Refused("2 rows x 5 ids", bounds: [0, 3]);
        Refused("2 rows x 5 ids", bounds: [1, 2]);
        Refused("2 rows x 5 ids", threads: 0);
        Refused("stride 4", stride: 4);
        Refused("type 9", type: (LogitsType)9);
    }

    private static unsafe void Refused(string named, int[]? row = null, int[]? target = null, int[]? bounds = null, int[]? listed = null,
        int logProb = 2, int nll = 1, int entropy = 0, int rank = 0, int threads = 1, long stride = 5, LogitsType type = LogitsType.F32)
    {
        using LogitsRows logits = new(2, 5, 5);
        float[] output = Enumerable.Repeat(7f, logProb).ToArray();
        ArgumentException e = Assert.Throws<ArgumentException>(() => CpuGather.Compute(new GatherWave
        {
            Logits = logits.View with { RowStride = stride, Type = type }, PairRow = row ?? [0, 1], PairTarget = target ?? [1, 2],
            SegmentStart = bounds ?? [0, 2], ListedIds = listed ?? [], Threads = threads, LogProb = output,
            SegmentNll = new double[nll], RowEntropy = new float[entropy], PairRank = new int[rank],
        }));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.All(output, x => Assert.Equal(7f, x));
    }
}
