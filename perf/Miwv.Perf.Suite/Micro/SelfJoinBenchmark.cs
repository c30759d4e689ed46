using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Micro;

/// <summary>The nearest of 2,000 vectors of 384 components by comparing all, against as many multiply-adds in registers.</summary>
public class SelfJoinBenchmark : MicroBenchmark
{
    internal const int Rows = 2_000, Dimension = 384;

    public override string Name => "self-join";
    public override string Against => "multiply-adds in registers";
    public override int Units => 3;

    protected override void Unit() => Join();

    // every pair once
    protected override void Fixed() => MultiplyAdds.Run((int)(3L * Rows * Rows / 2 * Dimension / 1_000_000));

    internal static void Join() => ExactSelfJoin.Run(Vectors.Of(Rows, Dimension).Store, 1, NeighborRules.None, threads: 1);
}
