using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Engine.Results;
using Miwv.Metrics;
using Miwv.Metrics.Passes;
using Miwv.Retrieval;

namespace Miwv.Engine.Stages;

/// <summary>The metrics of a run: enters what they need into the run's texts and passes, and reads their values off the results.</summary>
internal sealed class MetricStage
{
    private readonly IReadOnlyList<Metric> metrics;
    private readonly (int Passes, long Tokens)[] alone;
    private PassBook? book;

    public MetricStage(IReadOnlyList<Metric> metrics, TextCatalog texts)
    {
        (this.metrics, Texts) = (metrics, texts);
        alone = new (int, long)[metrics.Count];
        foreach (var metric in metrics) metric.AddTexts(texts);
    }

    public TextCatalog Texts { get; }
    public bool NeedsZeroShot => metrics.Any(metric => metric.NeedsZeroShot);
    public bool NeedsOneShot => metrics.Any(metric => metric.NeedsOneShot);
    public bool NeedsEmbeddings => metrics.Any(metric => metric.NeedsEmbeddings);

    /// <summary>Adds the metrics' passes behind those of the rows.</summary>
    public void AddPasses(RowPasses passes, int window, RowFile rows, KnnGraph neighbors, EmbeddingStore? embeddings, RunSettings settings)
    {
        book = new PassBook(passes.Passes, Texts, Array.ConvertAll(passes.Status, status => status == RowStatus.Ok), passes.ZeroShot, passes.OneShot, window, rows.Read)
        {
            Neighbors = neighbors,
            Embeddings = embeddings,
            KeepTop = settings.EarlyStop?.Of(rows.Count),
            Seed = settings.Seed,
            Threads = settings.Threads,
        };
        for (int i = 0; i < metrics.Count; i++)
        {
            book.Begin();
            metrics[i].AddPasses(book);
            alone[i] = book.AloneCost;
        }
    }

    /// <summary>Adds the passes that follow from the results so far; false if there are none.</summary>
    public bool AddRound(PassResults results)
    {
        bool more = false;
        for (int i = 0; i < metrics.Count; i++)
        {
            book!.Begin();
            if (!metrics[i].AddRound(book, results)) continue;
            more = true;
            alone[i] = (alone[i].Passes + book.AloneCost.Passes, alone[i].Tokens + book.AloneCost.Tokens);
        }
        return more;
    }

    public IReadOnlyList<MetricColumn> Compute(PassResults results) =>
        [.. metrics.Select((metric, i) => new MetricColumn(metric.Field, metric.Info, metric.Compute(book!, results), alone[i].Passes, alone[i].Tokens))];
}
