using Miwv.Data;
using Miwv.Engine.Stages;
using Miwv.Retrieval;

namespace Miwv.Engine;

// the search for neighbours, and the index it may use
public sealed partial class MiwvRun
{
    /// <summary>Each row's nearest rows, as many as a metric needs, at least one; none at all if no metric needs any.</summary>
    public KnnGraph FindNeighbors()
    {
        if (neighbors is not null) return neighbors;
        int k = own.Select(metric => metric.Neighbors).DefaultIfEmpty(0).Max();
        if (k == 0) return neighbors = new KnnGraph(Rows.Count, 1);
        neighbors = FindNeighbors(k);
        int most = MostNeighbors(neighbors);
        if (most > 0 && most < k) warn($"{k} neighbours were asked for; rows have {most} at most");
        return neighbors;
    }

    private static int MostNeighbors(KnnGraph graph)
    {
        int most = 0;
        for (int row = 0; row < graph.Rows && most < graph.K; row++) most = Math.Max(most, graph.K - graph.Neighbors(row).Count(KnnGraph.None));
        return most;
    }

    /// <summary>Each row's k nearest rows.</summary>
    public KnnGraph FindNeighbors(int k)
    {
        string key = inputs.NeighborKey(settings, Facts, k);
        if (File.Exists(Directory.NeighborsFile) && !KnnGraphFile.IsOfAnother(Directory.NeighborsFile, key))
        {
            try
            {
                return KnnGraphFile.Load(Directory.NeighborsFile, key);
            }
            catch (UserException e)
            {
                warn(Cause(e.Message) + "; searching again");
            }
        }
        return SearchNeighbors("neighbors", NeighborOptions(k), key).Graph;
    }

    /// <summary>The HNSW index of the embeddings, built, extended or found, and what it finds: every row's nearest row, and the recall of that.</summary>
    /// <param name="startFrom">A saved index of the first rows, or of all; null = none.</param>
    /// <exception cref="UserException"><paramref name="startFrom"/> is damaged, or of other vectors or parameters.</exception>
    public NeighborSearchResult Index(string? startFrom)
    {
        // the neighbours of this run, if the run itself would find them by an index
        bool own = NeighborSearch.Choose(Embed(), NeighborRules(), settings.Search).Method == SearchMode.Hnsw;
        return SearchNeighbors("index", NeighborOptions(1) with { Mode = SearchMode.Hnsw, StartFrom = startFrom }, own ? inputs.NeighborKey(settings, Facts, 1) : null);
    }

    private NeighborSearchResult SearchNeighbors(string stageName, NeighborSearchOptions options, string? key)
    {
        var (vectors, rules) = (Embed(), NeighborRules());
        progress?.Report(new("neighbors", 0, Rows.Count, "rows"));
        var found = StageTimes.Measure(stageName, () => NeighborSearch.Run(vectors, rules, options, new Share(progress, Rows.Count), cancel));
        if (key is not null)
        {
            NeighborSearchFile.Write(Directory.NeighborSearchFile, found);
            KnnGraphFile.Save(Directory.NeighborsFile, found.Graph, key);
        }
        progress?.Report(new("neighbors", Rows.Count, Rows.Count, "rows"));
        NeighborSearched?.Invoke(found);
        return found;
    }

    private NeighborRules NeighborRules() => new(settings.KeepDuplicates ? null : Facts.IdenticalGroup, PassStage.MayBeShown(Tokenize(), Facts));

    // the run's own index is only a cache of its embeddings: one that does not fit is built anew
    private NeighborSearchOptions NeighborOptions(int k) => new(k, settings.Search, settings.Hnsw, Directory.IndexFile, why => warn(Cause(why) + "; building it again"), Threads: settings.Threads);

    // a refusal without the advice at its end
    private static string Cause(string message) => message.Split(';')[0];
}
