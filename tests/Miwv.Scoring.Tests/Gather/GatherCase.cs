using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

/// <summary>A random wave from a seed, its outputs, and the comparison of every one of them with fp64.</summary>
internal sealed class GatherCase : IDisposable
{
    internal readonly LogitsRows Logits;
    internal int[] PairRow, PairTarget, SegmentStart, Listed;
    internal float[] LogProb = [], Entropy = [], ListedLogits = [];
    internal double[] SegmentNll = [];
    internal int[] Rank = [];

    private readonly SoftmaxOracle[] oracles;
    private readonly float[][] rows;

    internal GatherCase(int seed, int rows, int vocab, LogitsType type = LogitsType.F32, Func<Random, float>? logit = null)
    {
        Random random = new(seed);
        logit ??= r => (float)((r.NextDouble() + r.NextDouble() + r.NextDouble() - 1.5) * 16);
        Logits = new LogitsRows(rows, vocab, vocab + random.Next(0, 30), type, random.Next(0, 17));
        Logits.Fill((_, _) => logit(random));
        this.rows = Enumerable.Range(0, rows).Select(Logits.Widened).ToArray();
        oracles = this.rows.Select(r => new SoftmaxOracle(r)).ToArray();

        List<int> bounds = [0], pairRow = [];
        for (int s = random.Next(1, 8); s > 0; s--)
        {
            for (int n = random.Next(0, 3) * random.Next(1, 5); n > 0; n--) pairRow.Add(random.Next(rows));
            bounds.Add(pairRow.Count);
        }
        PairRow = [.. pairRow];
        PairTarget = pairRow.Select(_ => random.Next(vocab)).ToArray();
        SegmentStart = [.. bounds];
        Listed = Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(vocab)).ToArray();
    }

    internal delegate void Compute(in GatherWave wave);

    internal void Run(int threads) => Run(CpuGather.Compute, threads);

    internal void Run(Compute gather, int threads = 1)
    {
        LogProb = new float[PairRow.Length];
        Rank = new int[PairRow.Length];
        SegmentNll = new double[SegmentStart.Length - 1];
        Entropy = new float[Logits.View.Rows];
        ListedLogits = new float[Logits.View.Rows * Listed.Length];
        gather(new GatherWave
        {
            Logits = Logits.View, PairRow = PairRow, PairTarget = PairTarget, SegmentStart = SegmentStart,
            ListedIds = Listed, Threads = threads, LogProb = LogProb, SegmentNll = SegmentNll,
            RowEntropy = Entropy, PairRank = Rank, RowListed = ListedLogits,
        });
    }

    /// <summary>1e-5 nats, or one rounding to float where the value is too large for that.</summary>
    internal static bool Near(float got, double expected) =>
        double.IsNaN(expected) ? float.IsNaN(got)
        : float.IsInfinity((float)expected) ? got == (float)expected
        : Math.Abs(got - expected) <= 1e-5 + (Math.Abs(expected) * Math.Pow(2, -23));

    internal void AssertMatchesFp64(string label)
    {
        for (int p = 0; p < PairRow.Length; p++)
        {
            SoftmaxOracle oracle = oracles[PairRow[p]];
            double expected = oracle.LogProb(PairTarget[p]);
            Assert.True(Near(LogProb[p], expected), $"{label} pair {p}: {LogProb[p]:R}, fp64 {expected:R}");
            Assert.Equal(oracle.Rank(PairTarget[p]), Rank[p]);
        }
        for (int s = 0; s < SegmentNll.Length; s++)
        {
            double sum = 0;
            for (int p = SegmentStart[s]; p < SegmentStart[s + 1]; p++) sum -= LogProb[p];
            Assert.Equal(sum, SegmentNll[s]);
        }
        for (int r = 0; r < rows.Length; r++)
        {
            Assert.True(Near(Entropy[r], oracles[r].Entropy), $"{label} row {r}: entropy {Entropy[r]:R}, fp64 {oracles[r].Entropy:R}");
            for (int i = 0; i < Listed.Length; i++) Assert.Equal(rows[r][Listed[i]], ListedLogits[(r * Listed.Length) + i]);
        }
    }

    /// <summary>A3.12: our error against fp64 is at most a plain fp32 log-softmax's, plus 1e-6.</summary>
    internal void AssertNoWorseThanFp32(string label)
    {
        for (int p = 0; p < PairRow.Length; p++)
        {
            SoftmaxOracle oracle = oracles[PairRow[p]];
            double expected = oracle.LogProb(PairTarget[p]);
            double ours = Math.Abs(LogProb[p] - expected);
            double plain = Math.Abs(oracle.PlainFp32LogProb(PairTarget[p]) - expected);
            Assert.True(ours <= plain + 1e-6, $"{label} pair {p}: our error {ours:E2}, plain fp32 {plain:E2}");
        }
    }

    public void Dispose() => Logits.Dispose();
}
