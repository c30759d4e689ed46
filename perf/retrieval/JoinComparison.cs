using Miwv.Retrieval;

namespace Miwv.Perf.Retrieval;

/// <summary>The exact self-join beside faiss IndexFlatIP and OpenBLAS sgemm, same vectors, same threads, one after the other.</summary>
internal static class JoinComparison
{
    internal static void Run(EmbeddingStore store, string npy, string peers, int threads)
    {
        Meter best = new(double.PositiveInfinity, double.PositiveInfinity, 0);
        for (int repetition = 0; repetition < 3; repetition++)
        {
            (KnnGraph graph, Meter cost) = Meter.Measure(() => ExactSelfJoin.Run(store, 1, NeighborRules.None, threads));
            best = new Meter(Math.Min(best.Seconds, cost.Seconds), Math.Min(best.CpuSeconds, cost.CpuSeconds), Math.Max(best.PeakAnonymousMb, cost.PeakAnonymousMb));
            File.WriteAllBytes(npy + ".ids", [.. Enumerable.Range(0, store.Count).SelectMany(row => BitConverter.GetBytes(graph.Neighbors(row)[0]))]);
        }
        double flop = (double)store.Count * store.Count * store.Dimension; // every pair once
        Console.WriteLine($"exact self-join, {store.Count:N0} x {store.Dimension} {store.Type}, {threads} threads");
        Console.WriteLine($"  miwv            {best}   {flop / best.Seconds / 1e9,7:F1} GFLOP/s {flop / best.CpuSeconds / 1e9,7:F1} GFLOP/cpu-s");
        foreach (string? core in new[] { null, "SKYLAKEX" })
        {
            string blas = core ?? "as detected";
            var runs = Peer.Run(peers, "faiss_join", core, npy, threads.ToString());
            double seconds = runs.Min(r => r["join_s"]), cpu = runs.Min(r => r["cpu_s"]);
            Console.WriteLine($"  faiss FlatIP    {seconds,9:F2} s {cpu,9:F2} cpu-s {runs.Max(r => r["memory_mb"]),8:F0} MB   (OpenBLAS {blas})   miwv is {seconds / best.Seconds:F2}x by wall, {cpu / best.CpuSeconds:F2}x by cpu");
            var gemms = Peer.Run(peers, "sgemm_peak", core, Math.Min(store.Count, 8000).ToString(), store.Dimension.ToString(), threads.ToString());
            double peak = gemms.Max(g => g["gflops"]), perCpu = gemms.Max(g => g["per_cpu_second"]);
            Console.WriteLine($"  sgemm peak      {peak,9:F1} GFLOP/s {perCpu:F1} GFLOP/cpu-s (OpenBLAS {blas})   miwv reaches {flop / best.Seconds / 1e9 / peak:P0} by wall, {flop / best.CpuSeconds / 1e9 / perCpu:P0} by cpu");
        }
    }
}
