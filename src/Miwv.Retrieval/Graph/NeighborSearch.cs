using System.Diagnostics;
using System.Globalization;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>The one way to neighbours: chooses the method, runs it, and measures what an approximate one misses.</summary>
public static class NeighborSearch
{
    /// <summary>
    /// Vectors up to which the exact join is faster than building and searching an index. Exact grows with the square, the index almost
    /// linearly, and both with the dimension and the number of cores, so only the count decides (measured: docs/, perf/retrieval).
    /// </summary>
    public const int ExactUpTo = 200_000;

    // with fewer candidates than this share an index mostly walks over rows that do not count
    private const double SmallestEligibleShare = 0.1;

    /// <summary>Finds the k nearest rows of every row.</summary>
    /// <param name="store">The vectors.</param>
    /// <param name="rules">Who may be whose neighbour.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="progress">Gets the finished share, 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="UserException">The index file cannot be written, or is another file than an index.</exception>
    public static NeighborSearchResult Run(EmbeddingStore store, NeighborRules rules, NeighborSearchOptions options, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        (SearchMode method, string reason) = Choose(store, rules, options.Mode);
        var watch = Stopwatch.StartNew();
        if (method == SearchMode.Exact)
        {
            KnnGraph exact = ExactSelfJoin.Run(store, options.K, rules, options.Threads, progress, cancellation);
            return new NeighborSearchResult(exact.AtMostOne(), method, reason, null, 0, watch.Elapsed.TotalSeconds);
        }

        using HnswIndex index = Index(store, options, Part(progress, 0, 0.75), cancellation);
        double indexSeconds = watch.Elapsed.TotalSeconds;
        watch.Restart();
        KnnGraph graph = index.SelfJoin(options.K, rules, options.Hnsw?.EfSearch, options.Threads, Part(progress, 0.75, 0.95), cancellation);
        double searchSeconds = watch.Elapsed.TotalSeconds;
        MeasuredRecall recall = index.Recall(graph, rules, options.RecallSample, options.Threads, cancellation);
        progress?.Report(1);
        return new NeighborSearchResult(graph.AtMostOne(), method, reason, recall, indexSeconds, searchSeconds);
    }

    /// <summary>The method that a mode stands for, and why.</summary>
    public static (SearchMode Method, string Reason) Choose(EmbeddingStore store, NeighborRules rules, SearchMode mode)
    {
        if (mode != SearchMode.Auto)
            return (mode, "asked for");
        if (store.Count <= ExactUpTo)
            return (SearchMode.Exact, string.Create(CultureInfo.InvariantCulture, $"{store.Count:N0} rows; up to {ExactUpTo:N0} comparing all pairs is faster than an index"));
        int eligible = rules.MayBeNeighbor?.Count(may => may) ?? store.Count;
        if (eligible < SmallestEligibleShare * store.Count)
            return (SearchMode.Exact, string.Create(CultureInfo.InvariantCulture, $"only {eligible:N0} of {store.Count:N0} rows may be neighbours; an index would walk mostly over the others"));
        return (SearchMode.Hnsw, string.Create(CultureInfo.InvariantCulture, $"{store.Count:N0} rows; beyond {ExactUpTo:N0} an index is faster than comparing all pairs"));
    }

    private static HnswIndex Index(EmbeddingStore store, NeighborSearchOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        HnswOptions wanted = options.Hnsw ?? new HnswOptions();
        string? path = options.IndexPath;
        if (path is not null && File.Exists(path))
        {
            try
            {
                return Complete(Fitting(path, store, wanted, options.Threads, cancellation), path);
            }
            catch (UserException unfit) when (options.IndexReplaced is not null)
            {
                options.IndexReplaced(unfit.Message);
            }
        }
        if (options.StartFrom is { } from)
        {
            HnswIndex first = Fitting(from, store, wanted, options.Threads, cancellation);
            HnswIndex whole = Complete(first, path);
            if (ReferenceEquals(first, whole) && path is not null)
                whole.Save(path);
            return whole;
        }
        HnswIndex built = HnswIndex.Build(store, wanted, options.Threads, progress, cancellation);
        if (path is not null)
            built.Save(path);
        return built;

        HnswIndex Complete(HnswIndex saved, string? target)
        {
            if (saved.Rows == store.Count)
                return saved;
            using (saved)
            {
                HnswIndex extended = saved.Insert(options.Threads, progress, cancellation);
                if (target is not null)
                    extended.Save(target);
                return extended;
            }
        }
    }

    /// <exception cref="UserException">Not an index of these vectors, or built with other parameters.</exception>
    private static HnswIndex Fitting(string path, EmbeddingStore store, HnswOptions wanted, int threads, CancellationToken cancellation)
    {
        HnswIndex saved = HnswIndex.Open(path, store, threads, cancellation);
        if (saved.Options with { EfSearch = wanted.EfSearch } == wanted)
            return saved;
        saved.Dispose();
        throw new UserException($"{path}: this index was built with M = {saved.Options.M}, efConstruction = {saved.Options.EfConstruction}, seed = {saved.Options.Seed}; ask for the same or delete it");
    }

    private static PartialProgress? Part(IProgress<double>? progress, double from, double to) => progress is null ? null : new PartialProgress(progress, from, to);

    private sealed class PartialProgress(IProgress<double> whole, double from, double to) : IProgress<double>
    {
        public void Report(double value) => whole.Report(from + (to - from) * value);
    }
}
