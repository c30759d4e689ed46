using BenchmarkDotNet.Attributes;
using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Micro;

/// <summary>Every row of an index searched for its nearest other, against 10^9 multiply-adds in registers.</summary>
public class HnswQueryBenchmark : MicroBenchmark
{
    private const int Rows = 1_000, Dimension = 64;
    private static readonly Lazy<HnswIndex> Index = new(() => HnswIndex.Build(Vectors.Of(Rows, Dimension).Store, new HnswOptions(), threads: 1));

    public override string Name => "hnsw query";
    public override string Against => "multiply-adds in registers";

    // results, the rules' tables and one searcher: so much a row, however many rows a search visits
    public override long? MostBytes => 192L * Rows;
    public override int Units => 4;

    [GlobalSetup]
    public void Prepare() => Unit();

    protected override void Unit() => Index.Value.SelfJoin(1, NeighborRules.None, threads: 1);

    protected override void Fixed() => MultiplyAdds.Run(1_000);
}
