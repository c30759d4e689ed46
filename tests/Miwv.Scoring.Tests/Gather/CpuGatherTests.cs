using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

[Collection(InstructionSets.Collection)]
public class CpuGatherTests
{
    // Vocabularies from 2 to 256,000, most of them small and odd; rows x vocab bounded so that a run stays short.
    private static readonly Gen<(int Seed, int Rows, int Vocab)> Shapes =
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from vocab in Gen.Frequency((6, Gen.Choose(2, 300)), (3, Gen.Choose(900, 5000)), (1, Gen.Choose(30_000, 256_000)))
        from rows in Gen.Choose(1, Math.Clamp(100_000 / vocab, 1, 40))
        select (seed, rows, vocab);

    [Fact]
    public void ByHand()
    {
        using LogitsRows logits = new(2, 3, 3);
        logits.Fill((r, i) => r == 0 ? 0 : MathF.Log(i + 1));  // p = 1/3 each; p = 1/6, 2/6, 3/6
        float[] logProb = new float[3], entropy = new float[2];
        double[] nll = new double[2];
        int[] rank = new int[3];
        CpuGather.Compute(new GatherWave
        {
            Logits = logits.View, PairRow = [0, 1, 1], PairTarget = [2, 0, 2], SegmentStart = [0, 1, 3], Threads = 1,
            LogProb = logProb, SegmentNll = nll, RowEntropy = entropy, PairRank = rank,
        });
        Assert.Equal([-Math.Log(3), -Math.Log(6), -Math.Log(2)], logProb.Select(x => (double)x), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(Math.Log(3), nll[0], 1e-6);
        Assert.Equal(Math.Log(12), nll[1], 1e-6);
        Assert.Equal(Math.Log(3), entropy[0], 1e-6);
        Assert.Equal((Math.Log(6) / 6) + (Math.Log(3) / 3) + (Math.Log(2) / 2), entropy[1], 1e-6);
        Assert.Equal([0, 2, 0], rank);
    }

    [Fact]
    public void MatchesFp64AndBeatsPlainFp32OnRandomShapes()
    {
        IReadOnlyList<string> run = InstructionSets.ForEach(isa =>
            Prop.ForAll(Shapes.ToArbitrary(), s =>
            {
                using GatherCase wave = new(s.Seed, s.Rows, s.Vocab);
                wave.Run(threads: 1 + (s.Seed % 3));
                wave.AssertMatchesFp64($"{isa} {s}");
                wave.AssertNoWorseThanFp32($"{isa} {s}");
            }).QuickCheckThrowOnFailure());
        Assert.Contains("portable", run);
    }

    [Theory]
    [InlineData(LogitsType.F16)]
    [InlineData(LogitsType.BF16)]
    public void MatchesFp64OnHalfTypes(LogitsType type) =>
        InstructionSets.ForEach(isa =>
            Prop.ForAll(Shapes.ToArbitrary(), s =>
            {
                using GatherCase wave = new(s.Seed, s.Rows, s.Vocab, type);
                wave.Run(threads: 2);
                wave.AssertMatchesFp64($"{isa} {type} {s}");
                wave.AssertNoWorseThanFp32($"{isa} {type} {s}");
            }).QuickCheckThrowOnFailure());

    // Each kind of value that could upset the reference, the window, the clamp or the NaN bookkeeping, alone and mixed.
    [Theory]
    [InlineData("1e30", 1e30f)]
    [InlineData("1e5", 1e5f)]
    [InlineData("2e4", 2e4f)]
    [InlineData("100", 100f)]
    [InlineData("denormal", 1e-41f)]
    public void MatchesFp64OnLargeAndTinyLogits(string label, float size)
    {
        InstructionSets.ForEach(isa =>
            Prop.ForAll(Shapes.ToArbitrary(), s =>
            {
                using GatherCase spread = new(s.Seed, s.Rows, s.Vocab, LogitsType.F32, r => (float)((r.NextDouble() * 2) - 1) * size);
                spread.Run(2);
                spread.AssertMatchesFp64($"{isa} spread {label} {s}");
                using GatherCase around = new(s.Seed, s.Rows, s.Vocab, LogitsType.F32, r => size + (float)(r.NextDouble() * 8));
                around.Run(2);
                around.AssertMatchesFp64($"{isa} around {label} {s}");
            }).QuickCheckThrowOnFailure());
    }

    [Fact]
    public void MatchesFp64WithInfinitiesAndNaNs()
    {
        float[] odd = [float.NegativeInfinity, -1e30f, 1e30f, -90.5f, 45f, float.MinValue, float.Epsilon, -9.0852e4f];
        InstructionSets.ForEach(isa =>
            Prop.ForAll(Shapes.ToArbitrary(), s =>
            {
                float[] here = new Random(s.Seed).GetItems(odd, 2);
                int per = 2 + (s.Seed % 200);
                using GatherCase mixed = new(s.Seed, s.Rows, s.Vocab, LogitsType.F32,
                    r => r.Next(per) == 0 ? here[r.Next(2)] : (float)(r.NextDouble() * 9));
                mixed.Run(2);
                mixed.AssertMatchesFp64($"{isa} {here[0]} {here[1]} {s}");
                using GatherCase sick = new(s.Seed, s.Rows, s.Vocab, LogitsType.F32,
                    r => r.Next(s.Vocab) == 0 ? (r.Next(2) == 0 ? float.NaN : float.PositiveInfinity) : (float)r.NextDouble());
                sick.Run(2);
                sick.AssertMatchesFp64($"{isa} sick {s}");
                using GatherCase nothing = new(s.Seed, s.Rows, s.Vocab, LogitsType.F32, _ => float.NegativeInfinity);
                nothing.Run(2);
                Assert.All(nothing.LogProb, x => Assert.True(float.IsNaN(x)));
            }).QuickCheckThrowOnFailure());
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        InstructionSets.ForEach(isa =>
        {
            using GatherCase wave = new(seed: 11, rows: 40, vocab: 32_003);
            wave.Run(threads: 1);
            var first = (wave.LogProb, wave.SegmentNll, wave.Entropy, wave.Rank);
            foreach (int threads in (int[])[2, 7, 64])
            {
                wave.Run(threads);
                Assert.Equal(first.LogProb, wave.LogProb);
                Assert.Equal(first.SegmentNll, wave.SegmentNll);
                Assert.Equal(first.Entropy, wave.Entropy);
                Assert.Equal(first.Rank, wave.Rank);
            }
        });
    }

    [Fact]
    public void AllocatesNothing()
    {
        using LogitsRows logits = new(4, 1000, 1000);
        logits.Fill((r, i) => r + (i % 7));
        float[] logProb = new float[2];
        double[] nll = new double[1];
        int[] row = [0, 3], target = [5, 6], bounds = [0, 2];
        void Once() => CpuGather.Compute(new GatherWave
        {
            Logits = logits.View, PairRow = row, PairTarget = target, SegmentStart = bounds, Threads = 1,
            LogProb = logProb, SegmentNll = nll,
        });
        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Once();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
