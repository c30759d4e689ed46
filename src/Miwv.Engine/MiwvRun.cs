using Miwv.Data;
using Miwv.Engine.Gpu;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Engine.Stages;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Metrics;
using Miwv.Metrics.Passes;
using Miwv.Retrieval;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

/// <summary>
/// One run, from rows to scores: read → embed → neighbours → passes → forest → waves → scores. Each stage finds what a former
/// process left of it in the run directory and does only the rest.
/// </summary>
public sealed class MiwvRun : IDisposable
{
    // whatever the texts are, a pass has the same result only under the same of these
    private static readonly string[] DecidesPasses = ["model", "exact", "flash_attention", "gpu_layers"];

    private readonly RunSettings settings;
    private readonly RunInputs inputs;
    private readonly IReadOnlyList<Metric> metrics;
    private readonly IProgress<StageProgress>? progress;
    private readonly Action<string> warn;
    private readonly CancellationToken cancel;
    private LlamaModel? model;
    private EmbeddingStore? store;
    private TokenTable? tokens;
    private KnnGraph? neighbors;
    private RowPasses? passes;
    private readonly List<WavePlan> plans = []; // of the rounds that were scored
    private WavePlan? plan;
    private MetricStage? stage;
    private PassResults? results;
    private WaveSizing? sizing;

    private MiwvRun(RunSettings settings, IReadOnlyList<Metric> metrics, RunInputs inputs, RowFacts facts, RunDirectory directory, bool resumed, IProgress<StageProgress>? progress, Action<string> warn, CancellationToken cancel)
    {
        (this.settings, this.metrics, this.inputs, Facts, Directory, Resumed) = (settings, metrics, inputs, facts, directory, resumed);
        (this.progress, this.warn, this.cancel) = (progress, warn, cancel);
    }

    public RunDirectory Directory { get; }
    public RowFile Rows => inputs.Rows;
    public RowFacts Facts { get; }

    /// <summary>True if the directory held this run already, finished or not.</summary>
    public bool Resumed { get; }

    /// <summary>Hears of every row when both its passes are in the journal, from the threads that score, one call at a time.</summary>
    public IProgress<RowScored>? OnRow { get; set; }

    /// <summary>Where the waves' time went; all zero if none had to run.</summary>
    public WaveTimes Times { get; } = new();

    /// <param name="directory">Run directory; null = a name made from the data file's and the settings.</param>
    /// <param name="resume">There must be a run to go on with.</param>
    /// <exception cref="UserException">Anything wrong with the input, the settings or the directory.</exception>
    public static MiwvRun Open(RunSettings settings, string? directory, bool resume, IProgress<StageProgress>? progress, Action<string> warn, CancellationToken cancel)
    {
        var metrics = MetricRegistry.Parse(settings.Metrics);
        if (settings.DemonstrationsPath is { } shown)
        {
            if (!metrics.Any(metric => metric.NeedsOneShot)) throw new UserException($"--demonstrations {shown}: none of {settings.Metrics} shows a row its neighbour; name one with --metric, e.g. miwv or recost");
            if (metrics.FirstOrDefault(metric => metric.Neighbors > 0 && !metric.NeedsOneShot) is { } inside)
                throw new UserException($"--demonstrations {shown}: {inside.Field} needs the neighbours within the data; compute it in a run without --demonstrations");
        }
        var inputs = RunInputs.Open(settings, progress, cancel);
        RunDirectory? run = null;
        try
        {
            var facts = RowFacts.Read(inputs.Rows, null, cancel);
            if (facts.Count == facts.Errors.Keys.Count(row => row < facts.Count))
                throw new UserException($"{settings.DataPath}: none of its {facts.Count} rows can be used; the first: {facts.Errors[0]}");
            var identity = inputs.Identity(settings);
            run = RunDirectory.Enter(directory ?? RunDirectory.DefaultName(settings.DataPath, identity), resume);
            bool found = run.Claim(identity, json => RunFile.WriteSettings(json, settings));
            return new MiwvRun(settings, metrics, inputs, facts, run, found, progress, warn, cancel);
        }
        catch
        {
            run?.Dispose();
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>The scoring model.</summary>
    /// <exception cref="UserException">It cannot be loaded, or its cache cannot be shared by prefixes.</exception>
    public LlamaModel Model
    {
        get
        {
            if (model is not null) return model;
            var loaded = LlamaModel.Load(settings.ModelPath, new ModelOptions(settings.GpuLayers));
            if (!loaded.IsRecurrentOrHybrid && !loaded.HasEncoder && !loaded.IsDiffusion) return model = loaded;
            loaded.Dispose();
            throw new UserException($"{settings.ModelPath}: this architecture ({inputs.ModelFile.Architecture}) keeps a state instead of a cache of tokens, so prefixes cannot be shared; use a decoder-only transformer");
        }
    }

    /// <summary>The rows' embeddings; computed, imported or found.</summary>
    public EmbeddingStore Embed()
    {
        if (store is not null) return store;
        string key = inputs.EmbeddingKey(settings);
        if (settings.From is { } from && !File.Exists(Directory.EmbeddingsFile) && File.Exists(Path.Combine(from, Path.GetFileName(Directory.EmbeddingsFile))))
            File.Copy(Path.Combine(from, Path.GetFileName(Directory.EmbeddingsFile)), Directory.EmbeddingsFile);
        if (File.Exists(Directory.EmbeddingsFile))
        {
            try
            {
                return store = EmbeddingStore.Open(Directory.EmbeddingsFile, key, cancel);
            }
            catch (UserException e)
            {
                // unfinished or damaged: the good part is kept and the rest is made again
                warn(e.Message.Split(';')[0] + "; going on with what is good of it");
            }
        }
        if (settings.VectorsPath is { } npy)
            NpyFile.Import(npy, Directory.EmbeddingsFile, Rows.Count, StoreType.F32, key, null, cancel);
        else if (settings.EmbedderPath is { } path)
        {
            using var embedder = LlamaModel.Load(path, new ModelOptions(settings.GpuLayers));
            EmbedStage.Run(Rows, Facts, embedder, !inputs.Embedder!.IsEncoderOnly, Directory, key, settings.Threads, progress, cancel);
        }
        else EmbedStage.Run(Rows, Facts, Model, true, Directory, key, settings.Threads, progress, cancel);
        return store = EmbeddingStore.Open(Directory.EmbeddingsFile, key, cancel);
    }

    /// <summary>Each row's nearest rows, as many as a metric needs, at least one; none at all if no metric needs any.</summary>
    public KnnGraph FindNeighbors()
    {
        if (neighbors is not null) return neighbors;
        int k = metrics.Max(metric => metric.Neighbors);
        return neighbors = k == 0 ? new KnnGraph(Rows.Count, 1) : FindNeighbors(k);
    }

    /// <summary>Each row's k nearest rows.</summary>
    public KnnGraph FindNeighbors(int k)
    {
        string key = inputs.NeighborKey(settings, k);
        if (File.Exists(Directory.NeighborsFile))
        {
            try
            {
                return KnnGraphFile.Load(Directory.NeighborsFile, key);
            }
            catch (UserException e)
            {
                warn(e.Message.Split(';')[0] + "; searching again");
            }
        }
        var rules = new NeighborRules(settings.KeepDuplicates ? null : Facts.IdenticalGroup, PassStage.MayBeShown(Tokenize(), Facts));
        var options = new NeighborSearchOptions(k, settings.Search, settings.Hnsw, Directory.IndexFile, Threads: settings.Threads);
        progress?.Report(new("neighbors", 0, Rows.Count, "rows"));
        var found = NeighborSearch.Run(Embed(), rules, options, new Share(progress, Rows.Count), cancel);
        NeighborSearchFile.Write(Directory.NeighborSearchFile, found);
        KnnGraphFile.Save(Directory.NeighborsFile, found.Graph, key);
        progress?.Report(new("neighbors", Rows.Count, Rows.Count, "rows"));
        NeighborSearched?.Invoke(found);
        return found.Graph;
    }

    /// <summary>The k rows nearest to a sentence, best first, by comparing all.</summary>
    /// <exception cref="UserException">The vectors came from a file, so that there is no model to embed the sentence with.</exception>
    public IReadOnlyList<(int Row, double Cosine)> Nearest(string text, int k)
    {
        if (settings.VectorsPath is not null)
            throw new UserException("--query needs the model that made the vectors; with --embeddings there is none, name one with -e");
        if (settings.EmbedderPath is not { } path) return QueryStage.Nearest(Embed(), Model, true, text, k, settings.Threads);
        using var embedder = LlamaModel.Load(path, new ModelOptions(settings.GpuLayers));
        return QueryStage.Nearest(Embed(), embedder, !inputs.Embedder!.IsEncoderOnly, text, k, settings.Threads);
    }

    /// <summary>Called when neighbours had to be searched: how, why so, and what an index missed.</summary>
    public Action<NeighborSearchResult>? NeighborSearched { get; set; }

    /// <summary>The passes of all rows, and the waves they are packed into.</summary>
    public WavePlan Plan()
    {
        if (plan is not null) return plan;
        var graph = FindNeighbors();
        int window = ScoringWindow.Of(Model, inputs.ModelFile, settings.Window, warn);
        passes = PassStage.Run(Tokenize(), Facts, graph, window, stage!);
        stage!.AddPasses(passes, window, Rows, graph, stage.NeedsEmbeddings ? Embed() : null, settings);
        results = new PassResults(passes.Passes);
        var known = settings.From is null ? new bool[passes.Passes.Count] : TakeOver(settings.From);
        var forest = new PrefixForest(passes.Passes, Enumerable.Range(0, known.Length).Where(pass => !known[pass]));
        if (ComputeCard.InUse(settings.GpuLayers) is not { } card)
        {
            WaveSizeFile.RefuseOtherDevice(Directory);
            sizing = WaveSizing.For(inputs.ModelFile, Model, settings);
            return plan = WavePlanner.Plan(forest, sizing.Limits);
        }
        card.WarnOfSlowGather(warn);
        var wanted = WaveSizeFile.Read(Directory, card.Name) ?? GpuWaveSizing.For(ModelFootprint.Of(inputs.ModelFile), card.TotalBytes, ComputeCard.HostBytes, settings);
        (sizing, plan) = WaveFitting.Fit(wanted, limits => WavePlanner.Plan(forest, limits), (waves, size) => WaveFitting.Allocate(Model, waves, Options, size), warn);
        WaveSizeFile.Write(Directory, card.Name, sizing);
        return plan;
    }

    // What a finished run has of this one's passes.
    private bool[] TakeOver(string from)
    {
        using var other = Open(RunFile.ReadSettings(Path.Combine(from, "run.json")), from, resume: true, null, warn, cancel);
        var differences = inputs.Identity(settings).DifferencesFrom(other.inputs.Identity(other.settings).Values.ToDictionary(v => v.Key, v => v.Value))
            .Where(text => DecidesPasses.Any(name => text.StartsWith(name + ":", StringComparison.Ordinal))).ToList();
        if (differences.Count > 0) throw new UserException($"--from {from}: its passes were computed otherwise ({string.Join("; ", differences)})");
        var waves = other.Plan();
        PassSums.Read(other.Directory.JournalFile, waves, other.inputs.PlanKey(other.settings, waves), other.settings.PerToken, other.results!, all: true);
        return new KnownPasses(other.Passes.Passes, other.results!).Give(passes!.Passes, results!);
    }

    public RowPasses Passes
    {
        get
        {
            Plan();
            return passes!;
        }
    }

    /// <summary>Time and memory of the plan, from a trial of a few seconds.</summary>
    public RunEstimate Estimate() => RunEstimate.Of(Model, Plan(), Options, sizing!, cancel);

    /// <summary>Scores every row and writes scores.jsonl and summary.json.</summary>
    public ScoreTable Score()
    {
        var waves = Plan();
        plans.Clear();
        RunRound(waves, Directory.JournalFile, OnRow is { } listener ? new RowWatch(passes!, listener) : null);
        for (int from = passes!.Passes.Count; stage!.AddRound(results!); from = passes.Passes.Count)
        {
            waves = WavePlanner.Plan(new PrefixForest(passes.Passes, Enumerable.Range(from, passes.Passes.Count - from)), waves.Limits);
            RunRound(waves, Directory.RoundJournalFile(plans.Count), null);
        }
        var scores = new ScoreTable(Facts, passes, FindNeighbors(), results!, stage.Compute(results!));
        ScoresFile.Write(Directory.ScoresFile, Rows, scores);
        SummaryJson.Write(Directory.SummaryFile, Summary(scores));
        return scores;
    }

    /// <summary>What a scored run says of itself.</summary>
    public RunSummary Summary(ScoreTable scores) => RunSummary.Of(scores, plans);

    private void RunRound(WavePlan waves, string journal, RowWatch? watch)
    {
        byte[] key = inputs.PlanKey(settings, waves);
        Times.Add(ScoreStage.Run(Model, waves, Options, sizing!, journal, key, settings.PerToken, watch, progress, cancel));
        PassSums.Read(journal, waves, key, settings.PerToken, results!);
        plans.Add(waves);
    }

    /// <summary>Chooses rows of a scored run.</summary>
    /// <exception cref="UserException">A field that the run does not have, or no row passes the gates.</exception>
    public Selection Select(ScoreTable scores, SelectionRequest request)
    {
        var texts = Passes.Tokens;
        return new SelectionMaker(scores, request, Embed, row => texts.Length(2 * row) + texts.Length(2 * row + 1), settings.Threads, cancel).Make();
    }

    public void Dispose()
    {
        if (passes is not null) passes.Dispose();
        else tokens?.Dispose();
        store?.Dispose();
        model?.Dispose();
        inputs.Dispose();
        Directory.Dispose();
    }

    private ExecutorOptions Options => new(settings.Threads, settings.Exact, sizing?.FlashAttention ?? settings.FlashAttention);

    private TokenTable Tokenize()
    {
        if (tokens is not null) return tokens;
        var template = settings.Template == "model" ? ChatTemplate.Of(Model) : inputs.Template!;
        stage = new MetricStage(metrics, new TextCatalog(Rows.CountWithDemonstrations, Model.Vocabulary, new EarlierTurns(Facts.EarlierAnswers, settings.Turns)));
        return tokens = PassStage.Tokenize(Rows, Facts, stage.Texts, template, settings.ScoreEos, Directory.TokensFile, settings.Threads, progress, cancel);
    }

    private sealed class Share(IProgress<StageProgress>? progress, int rows) : IProgress<double>
    {
        public void Report(double value) => progress?.Report(new("neighbors", (long)(value * rows), rows, "rows"));
    }
}
