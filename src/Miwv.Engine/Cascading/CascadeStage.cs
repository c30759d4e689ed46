using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Llama.Gguf;
using Miwv.Metrics;
using Miwv.Retrieval;

namespace Miwv.Engine.Cascading;

/// <summary>
/// A cascade's first stage: a run of its own over all rows with the small model, in the folder cascade of the run directory. It uses the
/// vectors of the run it belongs to, so that both models see the same examples.
/// </summary>
public sealed class CascadeStage : IDisposable
{
    /// <summary>What its progress is called.</summary>
    internal const string Name = "small";

    private readonly CascadeSettings cascade;
    private readonly RunSettings settings;
    private readonly Metric metric;
    private CascadeRows? rows;

    /// <param name="settings">Those of the run that the stage belongs to.</param>
    /// <param name="directory">Of the small model's run.</param>
    /// <param name="metric">The first metric.</param>
    /// <param name="embeddings">The vectors of the run that the stage belongs to.</param>
    /// <exception cref="UserException">The small model cannot be used.</exception>
    internal CascadeStage(RunSettings settings, string directory, Metric metric, Func<EmbeddingStore> embeddings, IProgress<StageProgress>? progress, Action<string> warn, CancellationToken cancel)
    {
        (cascade, this.settings, this.metric) = (settings.Cascade!, settings, metric);
        bool own = settings.EmbedderPath is null && settings.VectorsPath is null;
        int? trained = (int?)GgufFile.Open(cascade.ModelPath).ContextLength;
        var small = settings with
        {
            Cascade = null,
            ModelPath = cascade.ModelPath,
            EmbedderPath = own ? settings.ModelPath : settings.EmbedderPath,
            Window = settings.Window > trained ? null : settings.Window,
            PerToken = false,
        };
        Run = MiwvRun.Open(small, directory, resume: false, NamedProgress.Of(Name, progress), warn, cancel);
        Run.SharedEmbeddings = embeddings;
    }

    /// <summary>The small model's run.</summary>
    public MiwvRun Run { get; }

    /// <summary>Whether the small model has scored all rows, in this process or before.</summary>
    public bool IsFinished => rows is not null || File.Exists(Run.Directory.ScoresFile);

    /// <summary>Scores all rows with the small model, as far as that is not done, and chooses.</summary>
    /// <exception cref="UserException">As scoring throws.</exception>
    public CascadeRows Choose()
    {
        if (rows is not null) return rows;
        ScoreTable scores = Run.Score();
        rows = CascadeRows.Choose(metric.Info, metric.Field, scores.Metrics[0].Values, cascade.Keep.Of(scores.Count), cascade.AuditOf(scores.Count), settings.Seed);
        Run.Unload();
        return rows;
    }

    /// <summary>What <see cref="Choose"/> would take, at random if the small model has not run yet.</summary>
    public CascadeRows Guess() => IsFinished ? Choose() : CascadeRows.Guess(metric.Field, Run.Rows.Count, cascade.Keep.Of(Run.Rows.Count), cascade.AuditOf(Run.Rows.Count), settings.Seed);

    public void Dispose() => Run.Dispose();
}
