using Miwv.Metrics.Selection.Diversity;
using Miwv.Retrieval;

namespace Miwv.Perf.Retrieval;

/// <summary>Every selector that looks at embeddings, on all rows of a store in the order of a random score.</summary>
internal static class SelectorTimes
{
    internal static void Run(EmbeddingStore store, int threads, int top)
    {
        int[] ranked = [.. Enumerable.Range(0, store.Count).Where(row => !store.IsZero(row))];
        new Random(1).Shuffle(ranked);
        int count = store.Count * top / 100;
        Console.WriteLine($"{ranked.Length} rows x {store.Dimension}, best {count} chosen, {threads} threads; memory beside the mapped vectors");
        Print("cosine-cap 0.9", () => CosineCap.Select(store, ranked, count, 0.9));
        Print("cosine-cap 0.5", () => CosineCap.Select(store, ranked, count, 0.5));
        Print("k-center", () => KCenter.Select(store, ranked, count, threads));
        Print("facility", () => FacilityLocation.Select(store, ranked, count, threads: threads));
        Print("graph-cut, 10 bins", () => GraphCutBins.Select(store, ranked, count, 10, 0, threads));
        Print("sweep, 10 clusters", () => ComplexityFirst.Select(ranked, Tags(), count));
        Print("quota, 10 clusters", () => ClusterQuota.Select(ranked, Clusters(), count));

        int[] Clusters() => KMeans.Run(store, 10, 0, threads: threads).Assignment;
        Func<int, IReadOnlyList<int>> Tags()
        {
            int[] clusters = Clusters();
            return row => [clusters[row]];
        }
    }

    private static void Print(string name, Func<int[]> select)
    {
        var (rows, cost) = Meter.Measure(select);
        Console.WriteLine($"{name,-20} {rows.Length,7} rows {cost}");
    }
}
