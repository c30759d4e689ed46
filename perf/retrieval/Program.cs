using System.Diagnostics;
using System.Globalization;
using Miwv.Perf.Retrieval;
using Miwv.Retrieval;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["synthetic", var output, var n, var d, ..])
{
    SyntheticVectors.Write(output, int.Parse(n), int.Parse(d), 1);
    return 0;
}
if (args is ["join", var npy, var kText, var threadText, ..])
{
    string path = Path.GetTempFileName();
    NpyFile.Import(npy, path, null, args.Length > 4 && args[4] == "f16" ? StoreType.F16 : StoreType.F32, "perf");
    using EmbeddingStore store = EmbeddingStore.Open(path);
    for (int repetition = 0; repetition < 3; repetition++)
    {
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        KnnGraph graph = ExactSelfJoin.Run(store, int.Parse(kText), NeighborRules.None, int.Parse(threadText));
        double seconds = watch.Elapsed.TotalSeconds, flop = (double)store.Count * store.Count * store.Dimension;
        double cpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        Console.WriteLine($"{flop / cpuSeconds / 1e9:F1} GFLOP per CPU second; {store.Count} x {store.Dimension} k={kText} threads={threadText}: {seconds:F3} s, {flop / seconds / 1e9:F1} GFLOP/s (each pair once)");
    }
    File.Delete(path);
    return 0;
}
if (args is ["hnsw", var npyFile, var mText, var efcText, var efText, var threadsText, ..])
{
    string path = Path.GetTempFileName();
    NpyFile.Import(npyFile, path, null, args.Length > 6 && args[6] == "f16" ? StoreType.F16 : StoreType.F32, "perf");
    using EmbeddingStore store = EmbeddingStore.Open(path);
    int threads = int.Parse(threadsText);
    KnnGraph? exact = store.Count <= 110_000 ? ExactSelfJoin.Run(store, 1, NeighborRules.None) : null;
    if (exact is not null)
        File.WriteAllBytes(npyFile + ".ids", [.. Enumerable.Range(0, store.Count).SelectMany(row => BitConverter.GetBytes(exact.Neighbors(row)[0]))]);
    TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
    var watch = Stopwatch.StartNew();
    using HnswIndex index = HnswIndex.Build(store, new HnswOptions(int.Parse(mText), int.Parse(efcText)), threads);
    Console.WriteLine($"build {watch.Elapsed.TotalSeconds:F2} s, cpu {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:F2} s, {index.LinkBytes / 1e6:F1} MB links, repaired {index.RepairedLinks}");
    foreach (string ef in efText.Split(','))
    {
        cpu = Process.GetCurrentProcess().TotalProcessorTime;
        watch.Restart();
        KnnGraph graph = index.SelfJoin(1, NeighborRules.None, int.Parse(ef), threads);
        double seconds = watch.Elapsed.TotalSeconds, cpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        int same = exact is null ? 0 : Enumerable.Range(0, store.Count).Count(row => exact.Neighbors(row)[0] == graph.Neighbors(row)[0]);
        Console.WriteLine($"ef={ef}: self-join {seconds:F2} s, cpu {cpuSeconds:F2} s, recall@1 {same / (double)store.Count:F4}");
    }
    File.Delete(path);
    return 0;
}
Console.Error.WriteLine("usage: synthetic OUT.npy ROWS DIM | join FILE.npy K THREADS [f16]");
return 2;
