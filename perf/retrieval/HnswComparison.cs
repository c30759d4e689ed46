using Miwv.Retrieval;

namespace Miwv.Perf.Retrieval;

/// <summary>HNSW build plus self-query beside hnswlib: same M, efConstruction and threads, each at the smallest ef that reaches the wanted recall@1.</summary>
internal static class HnswComparison
{
    private static readonly int[] Widths = [4, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 200];

    internal static void Run(EmbeddingStore store, string npy, string peers, int threads, double wantedRecall, HnswOptions options)
    {
        Console.WriteLine($"HNSW build + self-query, {store.Count:N0} x {store.Dimension} {store.Type}, {threads} threads, M {options.M}, efConstruction {options.EfConstruction}, recall@1 >= {wantedRecall}");
        (HnswIndex index, Meter build) = Meter.Measure(() => HnswIndex.Build(store, options, threads));
        using (index)
        {
            (double Recall, Meter Cost, int Ef) ours = (0, build, 0);
            foreach (int ef in Widths)
            {
                (KnnGraph graph, Meter cost) = Meter.Measure(() => index.SelfJoin(1, NeighborRules.None, ef, threads));
                ours = (index.Recall(graph, NeighborRules.None, 10_000, threads).At1, cost, ef);
                if (ours.Recall >= wantedRecall)
                    break;
            }
            Console.WriteLine($"  miwv     build {build}, query ef {ours.Ef} {ours.Cost}, recall@1 {ours.Recall:F4}, links {index.LinkBytes / 1e6:F0} MB");

            List<Dictionary<string, double>> lines = Peer.Run(peers, "hnswlib_join", null, npy, options.M.ToString(), options.EfConstruction.ToString(), string.Join(',', Widths), threads.ToString(), npy + ".ids");
            Dictionary<string, double> theirs = lines.Skip(1).FirstOrDefault(l => l["recall"] >= wantedRecall) ?? lines[^1];
            double seconds = lines[0]["build_s"] + theirs["query_s"], cpu = lines[0]["cpu_s"] + theirs["cpu_s"];
            Console.WriteLine($"  hnswlib  build {lines[0]["build_s"],9:F2} s {lines[0]["cpu_s"],9:F2} cpu-s {lines[0]["memory_mb"],8:F0} MB (with its copy of the vectors), query ef {theirs["ef"]} {theirs["query_s"]:F2} s {theirs["cpu_s"]:F2} cpu-s, recall@1 {theirs["recall"]:F4}");
            Console.WriteLine($"  miwv is {seconds / (build.Seconds + ours.Cost.Seconds):F2}x by wall, {cpu / (build.CpuSeconds + ours.Cost.CpuSeconds):F2}x by cpu");
        }
    }
}
