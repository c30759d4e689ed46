using System.Globalization;
using Miwv.Perf.Retrieval;
using Miwv.Retrieval;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["synthetic", var output, var rows, var dimension]:
        SyntheticVectors.Write(output, int.Parse(rows), int.Parse(dimension), 1);
        return 0;
    case ["join" or "hnsw", var npy, var type, var threads, var peers, ..]:
        string path = Path.GetTempFileName();
        try
        {
            NpyFile.Import(npy, path, null, Enum.Parse<StoreType>(type, ignoreCase: true), "perf");
            using EmbeddingStore store = EmbeddingStore.Open(path);
            if (args[0] == "join")
                JoinComparison.Run(store, npy, peers, int.Parse(threads));
            else
                HnswComparison.Run(store, npy, peers, int.Parse(threads), args.Length > 5 ? double.Parse(args[5]) : 0.993, new HnswOptions());
        }
        finally
        {
            File.Delete(path);
        }
        return 0;
    case ["selectors", var npy, var threads, var percent]:
        string imported = Path.GetTempFileName();
        try
        {
            NpyFile.Import(npy, imported, null, StoreType.F32, "perf");
            using EmbeddingStore store = EmbeddingStore.Open(imported);
            SelectorTimes.Run(store, int.Parse(threads), int.Parse(percent));
        }
        finally
        {
            File.Delete(imported);
        }
        return 0;
    case ["growth", var folder, var dimension, var type, var threads, var exactUpTo, .. var sizes]:
        Growth.Run(folder, int.Parse(dimension), Enum.Parse<StoreType>(type, ignoreCase: true), int.Parse(threads), int.Parse(exactUpTo), sizes.Select(int.Parse));
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: synthetic OUT.npy ROWS DIMENSION               clustered vectors
                   join FILE.npy F32|F16 THREADS PEERS            exact self-join beside faiss and sgemm; writes FILE.npy.ids
                   hnsw FILE.npy F32|F16 THREADS PEERS [RECALL]   HNSW beside hnswlib at equal recall@1 (run join first)
                   selectors FILE.npy THREADS PERCENT             every selector over embeddings: time and memory
                   growth FOLDER DIMENSION F32|F16 THREADS EXACT_UP_TO ROWS...
            PEERS is where perf/peers was built (cmake -S perf/peers -B DIR; cmake --build DIR).
            """);
        return 2;
}
