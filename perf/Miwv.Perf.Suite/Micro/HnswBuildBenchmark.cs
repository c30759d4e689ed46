using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Micro;

/// <summary>An index of 400 vectors of 64 components, against 10^9 multiply-adds in registers.</summary>
public class HnswBuildBenchmark : MicroBenchmark
{
    private const int Rows = 400, Dimension = 64;

    public override string Name => "hnsw build";
    public override string Against => "multiply-adds in registers";
    public override int Units => 3;

    protected override void Unit() => HnswIndex.Build(Vectors.Of(Rows, Dimension).Store, new HnswOptions(), threads: 1).Dispose();

    protected override void Fixed() => MultiplyAdds.Run(1_000);
}
