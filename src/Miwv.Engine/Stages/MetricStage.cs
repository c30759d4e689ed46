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

    /// <summary>Fields of the further metrics whose values can be shown while passes are missing.</summary>
    public IReadOnlyList<string> LiveFields => [.. Live().Select(metric => metric.Field)];

    /// <summary>The values of those as far as they are known; NaN = not yet.</summary>
    public IEnumerable<(string Field, double[] Values)> Live(PassResults results) => Live().Select(metric => (metric.Field, metric.Compute(book!, results).Values));

    private IEnumerable<Metric> Live() => metrics.Where(metric => metric.FormsRowByRow && metric.Field is not ("miwv" or "zero_nll" or "one_nll"));

    /// <summary>Restricts the values to some rows.</summary>
    /// <returns>Per pass whether a value of these rows follows from it.</returns>
    public bool[] Restrict(Func<int, bool> scored, RowPasses passes)
    {
        book!.Scored = scored;
        var asked = new bool[passes.Passes.Count];
        var nothing = new PassResults(passes.Passes) { Asked = asked };
        nothing.Grow();
        foreach (var metric in metrics) metric.Compute(book, nothing);
        for (int row = 0; row < passes.Status.Length; row++)
        {
            if (!book.IsScored(row)) continue;
            _ = nothing.Nll(passes.ZeroShot[row]);
            _ = nothing.Nll(passes.OneShot[row]);
        }
        return asked;
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
