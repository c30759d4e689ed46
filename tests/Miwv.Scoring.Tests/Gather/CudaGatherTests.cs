using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

/// <summary>On the fake driver (<see cref="FakeCudaDriver"/>); the card itself is scripts/gpu-check's.</summary>
public class CudaGatherTests
{
    private static readonly Gen<(int Seed, int Rows, int Vocab)> Shapes =
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from vocab in Gen.Frequency((6, Gen.Choose(2, 300)), (3, Gen.Choose(900, 5000)), (1, Gen.Choose(16_000, 60_000)))
        from rows in Gen.Choose(1, Math.Clamp(60_000 / vocab, 1, 8))
        select (seed, rows, vocab);

    [Fact]
    public void SaysWhetherItIsUsable()
    {
        Assert.Equal(FakeCudaDriver.HasKernels, CudaGather.IsUsable);
        if (CudaGather.IsUsable)
        {
            Assert.Null(CudaGather.Obstacle);
            Assert.Equal(new CudaCard("Fake card", 1L << 34, "7.5", 4, "12.0"), Assert.Single(CudaGather.Cards()));
        }
        else
        {
            Assert.False(string.IsNullOrWhiteSpace(CudaGather.Obstacle));
            Assert.DoesNotContain('\n', CudaGather.Obstacle);
        }
    }

    [Fact]
    public void MatchesFp64OnRandomShapes()
    {
        if (!CudaGather.IsUsable)
        {
            Assert.Throws<Miwv.Data.UserException>(Once);
            return;
        }
        Prop.ForAll(Shapes.ToArbitrary(), s =>
        {
            using GatherCase wave = new(s.Seed, s.Rows, s.Vocab, (LogitsType)(s.Seed % 3));
            wave.Run(CudaGather.Compute);
            wave.AssertMatchesFp64($"{s}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void ARangeErrorIsAnArgumentException()
    {
        using GatherCase wave = new(1, 2, 10);
        wave.PairRow = [2];
        wave.PairTarget = [0];
        wave.SegmentStart = [0, 1];
        Assert.Contains("2 rows x 10 ids", Assert.Throws<ArgumentException>(() => wave.Run(CudaGather.Compute)).Message);
    }

    private static void Once()
    {
        using GatherCase wave = new(1, 2, 10);
        wave.Run(CudaGather.Compute);
    }
}
