using Miwv.Perf.Retrieval;
using Miwv.Perf.Suite.Comparing;
using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Peers;

/// <summary>Retrieval against the libraries that others use, where they are installed: their programs run in turn with ours, by processor time.</summary>
internal static class PeerSuite
{
    private const int Rows = 4_000, Dimension = 128;

    public static IEnumerable<Subject> All(string folder)
    {
        yield return Of("self-join (faiss)", "faiss IndexFlatIP", "faiss_join", folder, "libfaiss-dev",
            () => ExactSelfJoin.Run(Vectors.Of(Rows, Dimension).Store, 1, NeighborRules.None, threads: 1),
            npy => Peer.Run(folder, "faiss_join", null, npy, "1").Min(line => line["cpu_s"]));
        var options = new HnswOptions();
        yield return Of("hnsw (hnswlib)", "hnswlib build and query, same M and ef", "hnswlib_join", folder, "libhnswlib-dev",
            () =>
            {
                using var index = HnswIndex.Build(Vectors.Of(Rows, Dimension).Store, options, threads: 1);
                index.SelfJoin(1, NeighborRules.None, threads: 1);
            },
            npy => Peer.Run(folder, "hnswlib_join", null, npy, $"{options.M}", $"{options.EfConstruction}", $"{options.EfSearch}", "1").Sum(line => line["cpu_s"]));
    }

    private static Subject Of(string name, string against, string program, string folder, string package, Action ours, Func<string, double> theirs) => new(name, 3, rounds =>
    {
        if (!File.Exists(Path.Combine(folder, program)))
            return Measured.Not(name, against, $"{folder}/{program} was not built (Debian's {package} and libopenblas-dev are needed)");
        string npy = Vectors.Of(Rows, Dimension).Npy;
        ours();
        var times = new List<(double, double)>();
        for (int round = 0; round < rounds; round++)
        {
            double best = double.PositiveInfinity;
            for (int i = 0; i < 2; i++)
            {
                long begin = CpuClock.Now();
                for (int n = 0; n < Slowdown.Times(name, 3); n++) ours();
                best = Math.Min(best, (CpuClock.Now() - begin) / 3.0);
            }
            times.Add((best, 1e9 * theirs(npy)));
        }
        return Measured.Of(name, against, times);
    });
}
