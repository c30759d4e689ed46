using Miwv.Retrieval;

namespace Miwv.Perf.Retrieval;

/// <summary>How the neighbour step grows with the number of rows, on synthetic vectors: one line a size, and a plot (FOLDER/growth.svg).</summary>
internal static class Growth
{
    internal static void Run(string folder, int dimension, StoreType type, int threads, int exactUpTo, IEnumerable<int> sizes)
    {
        Directory.CreateDirectory(folder);
        List<(double, double)> exactLine = [], buildLine = [], queryLine = [];
        Console.WriteLine($"| rows x {dimension} {type} | store MB | exact s | cpu-s | MB | build s | cpu-s | MB | query s | cpu-s | recall@1 |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (int rows in sizes)
        {
            string npy = Path.Combine(folder, $"growth-{rows}.npy"), path = Path.Combine(folder, $"growth-{rows}.miwv"), indexPath = Path.Combine(folder, $"growth-{rows}.hnsw");
            SyntheticVectors.Write(npy, rows, dimension, 1);
            NpyFile.Import(npy, path, rows, type, "growth");
            File.Delete(npy);
            using (EmbeddingStore store = EmbeddingStore.Open(path))
            {
                Console.Write($"| {rows:N0} | {store.FileBytes / 1e6:F0} |");
                if (rows <= exactUpTo)
                {
                    (_, Meter exact) = Meter.Measure(() => ExactSelfJoin.Run(store, 1, NeighborRules.None, threads));
                    exactLine.Add((rows, exact.Seconds));
                    Console.Write($" {exact.Seconds:F1} | {exact.CpuSeconds:F1} | {exact.PeakAnonymousMb:F0} |");
                }
                else
                {
                    Console.Write(" - | - | - |");
                }
                (HnswIndex built, Meter build) = Meter.Measure(() => HnswIndex.Build(store, new HnswOptions(), threads));
                built.Save(indexPath);
                built.Dispose();
                using HnswIndex index = HnswIndex.Open(indexPath, store, threads);
                (KnnGraph graph, Meter query) = Meter.Measure(() => index.SelfJoin(1, NeighborRules.None, null, threads));
                buildLine.Add((rows, build.Seconds));
                queryLine.Add((rows, query.Seconds));
                Console.WriteLine($" {build.Seconds:F1} | {build.CpuSeconds:F1} | {Math.Max(build.PeakAnonymousMb, query.PeakAnonymousMb):F0} | {query.Seconds:F1} | {query.CpuSeconds:F1} | {index.Recall(graph, NeighborRules.None, 1000, threads).At1:F4} |");
            }
            File.Delete(path);
            File.Delete(indexPath);
        }
        GrowthPlot.Write(Path.Combine(folder, "growth.svg"), $"Neighbours of every row, {dimension} components {type}, {threads} threads",
            [.. new (string, IReadOnlyList<(double, double)>)[] { ("exact self-join", exactLine), ("HNSW build", buildLine), ("HNSW self-query", queryLine) }.Where(l => l.Item2.Count > 0)]);
    }
}
