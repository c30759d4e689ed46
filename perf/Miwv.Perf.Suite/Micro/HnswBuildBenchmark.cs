using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Micro;

/// <summary>An index of 700 vectors of 64 components, against 2 x 10^9 multiply-adds in registers.</summary>
public class HnswBuildBenchmark : MicroBenchmark
{
    private const int Rows = 700, Dimension = 64;

    public override string Name => "hnsw build";
    public override string Against => "multiply-adds in registers";
    public override int Units => 3;

    protected override void Unit() => HnswIndex.Build(Vectors.Of(Rows, Dimension).Store, new HnswOptions(), threads: 1).Dispose();

    protected override void Fixed() => MultiplyAdds.Run(2_000);
}
