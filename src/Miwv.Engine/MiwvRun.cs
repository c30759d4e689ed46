using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Following;
using Miwv.Engine.Gpu;
using Miwv.Engine.Judging;
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
public sealed partial class MiwvRun : IDisposable
{
    // whatever the texts are, a pass has the same result only under the same of these
    private static readonly string[] DecidesPasses = ["model", "exact", "flash_attention", "gpu_layers"];

    private const long LargeHeap = 64L << 20;

    private readonly RunSettings settings;
    private readonly RunInputs inputs;
    private readonly IReadOnlyList<Metric> metrics;

    // those that the scoring model computes: all but what judges rate
    private IReadOnlyList<Metric> own;
    private IProgress<StageProgress>? progress;
    private Action<string> warn;
    private CancellationToken cancel;
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
    private readonly LiveWriter? live;

    // who hears of progress and warnings beside live.json
    private (IProgress<StageProgress>? Progress, Action<string> Warn) told;
    private CascadeSummary? cascadeSummary;

    private MiwvRun(RunSettings settings, IReadOnlyList<Metric> metrics, RunInputs inputs, RowFacts facts, RunDirectory directory, RunClaim claim, StageTimes stageTimes, LiveWriter? live, IProgress<StageProgress>? progress, Action<string> warn, CancellationToken cancel)
    {
        (this.settings, this.metrics, this.inputs, Facts, Directory, Resumed, Changes, StageTimes) = (settings, metrics, inputs, facts, directory, claim.Found, claim.Changes, stageTimes);
        (this.live, this.warn, this.cancel) = (live, warn, cancel);
        Tell(progress, warn);
        own = metrics;
    }

    public RunDirectory Directory { get; }
    public RowFile Rows => inputs.Rows;
    internal RunInputs Inputs => inputs;

    /// <summary>Field of the metric that rows are ranked by.</summary>
    public string MainField => metrics[0].Field;
    public RowFacts Facts { get; }

    /// <summary>True if the directory held this run already, finished or not.</summary>
    public bool Resumed { get; }

    /// <summary>Settings that differ from those the directory was made with; possible as long as nothing was scored there.</summary>
    public IReadOnlyList<SettingDifference> Changes { get; }

    /// <summary>How long the stages took so far.</summary>
    public StageTimes StageTimes { get; }

    /// <summary>The small model that scores all rows first; null = none.</summary>
    public CascadeStage? Cascade { get; private set; }

    /// <summary>Who passes the cascade's first stage; null without one, or before the passes are known.</summary>
    public CascadeRows? CascadeRows { get; private set; }

    /// <summary>The models that rate the rows; null = none but the scoring model.</summary>
    public JudgePanel? Judges { get; private set; }

    /// <summary>Plans without having anything scored: which rows pass a cascade is guessed where the small model has not run.</summary>
    public bool IsTrial { get; set; }

    /// <summary>Vectors of the run that this one is a part of.</summary>
    internal Func<EmbeddingStore>? SharedEmbeddings { get; set; }

    /// <summary>Hears of every row when both its passes are in the journal, from the threads that score, one call at a time.</summary>
    public IProgress<RowScored>? OnRow { get; set; }

    /// <summary>Hears every few seconds of the values that further metrics (<see cref="LiveFields"/>) have so far, NaN = none yet; from the threads that score.</summary>
    public Action<string, double[]>? OnMetric { get; set; }

    /// <summary>Fields of the further metrics that can be looked at before the run ends; known from <see cref="Plan"/> on.</summary>
    public IReadOnlyList<string> LiveFields
    {
        get
        {
            Plan();
            return stage!.LiveFields;
        }
    }

    /// <summary>Where the waves' time went; all zero if none had to run.</summary>
    public WaveTimes Times { get; } = new();

    /// <param name="directory">Run directory; null = a name made from the data file's and the settings.</param>
    /// <param name="resume">There must be a run to go on with.</param>
    /// <exception cref="UserException">Anything wrong with the input, the settings or the directory.</exception>
    public static MiwvRun Open(RunSettings settings, string? directory = null, bool resume = false, IProgress<StageProgress>? progress = null, Action<string>? warn = null, CancellationToken cancel = default) =>
        Open(settings, directory, resume, progress, warn ?? (_ => { }), isSource: false, cancel);

    // a run that another one takes passes from does not say that it works
    private static MiwvRun Open(RunSettings settings, string? directory, bool resume, IProgress<StageProgress>? progress, Action<string> warn, bool isSource, CancellationToken cancel)
    {
        var metrics = MetricRegistry.Parse(settings.Metrics);
        if (settings.DemonstrationsPath is { } shown)
        {
            if (!metrics.Any(metric => metric.NeedsOneShot)) throw new UserException($"--demonstrations {shown}: none of {settings.Metrics} shows a row its neighbour; name one with --metric, e.g. miwv or recost");
            if (metrics.FirstOrDefault(metric => metric.Neighbors > 0 && !metric.NeedsOneShot) is { } inside)
                throw new UserException($"--demonstrations {shown}: {inside.Field} needs the neighbours within the data; compute it in a run without --demonstrations");
        }
        var times = new StageTimes();
        var inputs = times.Measure("read", () => RunInputs.Open(settings, progress, cancel));
        RunDirectory? run = null;
        LiveWriter? live = null;
        MiwvRun? opened = null;
        try
        {
            var facts = RowFacts.Read(inputs.Rows, null, cancel);
            var identity = inputs.Identity(settings);
            run = RunDirectory.Enter(directory ?? RunDirectory.DefaultName(settings.DataPath, identity), resume);
            var claim = run.Claim(identity, json => RunFile.WriteSettings(json, settings), renew: settings.Selecting is not null);
            live = isSource ? null : new LiveWriter(run.LiveFile);
            opened = new MiwvRun(settings, metrics, inputs, facts, run, claim, times, live, progress, warn, cancel);
            if (!isSource) foreach (string remark in facts.Remarks) opened.warn(remark);
            opened.OpenParts();
            return opened;
        }
        catch
        {
            opened?.Cascade?.Dispose();
            opened?.Judges?.Dispose();
            live?.Dispose();
            run?.Dispose();
            inputs.Dispose();
            throw;
        }
    }

    private void OpenParts()
    {
        // the parts read the same rows, of which this has been told
        Action<string> warn = text => { if (!Facts.Remarks.Contains(text)) this.warn(text); };
        if (settings.Cascade is not null)
            Cascade = new CascadeStage(settings, Path.Combine(Directory.Path, "cascade"), metrics[0], Embed, progress, warn, cancel);
        if (settings.Judges.Count == 0) return;
        Judges = new JudgePanel(settings, Path.Combine(Directory.Path, "judges"), metrics, progress, warn, cancel);
        own = [.. metrics.Where(metric => !Judges.Rates(metric))];
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

    /// <summary>Called when neighbours had to be searched: how, why so, and what an index missed.</summary>
    public Action<NeighborSearchResult>? NeighborSearched { get; set; }

    /// <summary>The passes of all rows, and the waves they are packed into.</summary>
    public WavePlan Plan()
    {
        if (plan is not null) return plan;
        CascadeRows = IsTrial ? Cascade?.Guess() : Cascade?.Choose();
        var graph = FindNeighbors();
        int window = ScoringWindow.Of(Model, inputs.ModelFile, settings.Window, warn);
        Tokenize();
        GiveBack();
        passes = PassStage.Run(Tokenize(), Facts, graph, window, stage!);
        WarnOfDropOut(graph, window);
        stage!.AddPasses(passes, window, Rows, graph, stage.NeedsEmbeddings ? Embed() : null, settings);
        results = new PassResults(passes.Passes);
        var known = settings.From is null ? new bool[passes.Passes.Count] : TakeOver(settings.From);
        var needed = CascadeRows is null ? null : stage.Restrict(CascadeRows.IsScored, passes);
        var forest = new PrefixForest(passes.Passes, Enumerable.Range(0, known.Length).Where(pass => !known[pass] && needed?[pass] != false));
        if (ComputeCard.InUse(settings.GpuLayers) is not { } card)
        {
            WaveSizeFile.RefuseOtherDevice(Directory);
            sizing = WaveSizing.For(inputs.ModelFile, Model, settings);
            return plan = WavePlanner.Plan(forest, sizing.Limits);
        }
        var gather = card.Gather(passes.Passes.AllWants);
        card.WarnOfSlowGather(gather, warn);
        var begun = WaveSizeFile.Read(Directory, card.Name, gather);
        var wanted = begun ?? GpuWaveSizing.For(ModelFootprint.Of(inputs.ModelFile), card.TotalBytes, card.FreeBytes, ComputeCard.HostBytes, settings, gather == GatherPath.InGraph);
        bool mayShrink = begun is null || !File.Exists(Directory.JournalFile);
        (sizing, plan) = WaveFitting.Fit(wanted, limits => WavePlanner.Plan(forest, limits), (waves, size) => WaveFitting.Allocate(Model, waves, Options, size), mayShrink, warn);
        WaveSizeFile.Write(Directory, card.Name, gather, sizing);
        return plan;
    }

    // a run that another one takes passes from (it has no live file) said so when it was made
    private void WarnOfDropOut(KnnGraph graph, int window)
    {
        if (live is null) return;
        string noVector = settings.VectorsPath is not null ? "have a vector of zeros"
            : settings.EmbedderPath is not null ? "have no word that the embedder knows" : "have no token, or a vector that is not a number";
        foreach (string reason in new DropOut(passes!, Facts, graph, stage!.NeedsOneShot).Reasons(window, Model.TrainedContext, row => Embed().IsZero(row), noVector)) warn(reason);
    }

    /// <summary>Why the plan has no pass; null if it has some.</summary>
    public string? WhyNoPasses()
    {
        if (Plan().Forest.Count > 0) return null;
        if (!Passes.Status.Contains(RowStatus.Ok)) return "no row can be scored";
        if (Passes.Passes.Count == 0) return "none of the metrics needs the model";
        return settings.From is { } from ? $"all {Passes.Passes.Count} are taken over from {from}" : "the cascade leaves no row to the scoring model";
    }

    // What a finished run has of this one's passes.
    private bool[] TakeOver(string from)
    {
        using var other = Open(RunFile.ReadSettings(Path.Combine(from, "run.json")), from, resume: true, null, warn, isSource: true, cancel);
        var differences = inputs.Identity(settings).DifferencesFrom(other.inputs.Identity(other.settings).Values.ToDictionary(v => v.Key, v => v.Value))
            .Where(difference => DecidesPasses.Contains(difference.Name)).ToList();
        if (differences.Count > 0) throw new UserException($"--from {from}: its passes were computed otherwise ({string.Join("; ", differences)})");
        var waves = other.Plan();
        PassSums.Read(other.Directory.JournalFile, waves, other.inputs.PlanKey(other.settings, waves, []), other.settings.PerToken, other.results!, all: true);
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
        var rated = Judges?.Score() ?? [];
        var waves = Plan();
        GiveBack();
        plans.Clear();
        results!.Grow();
        RunRound(waves, Directory.JournalFile, Watch(waves));
        for (int from = passes!.Passes.Count; stage!.AddRound(results); from = passes.Passes.Count)
        {
            waves = WavePlanner.Plan(new PrefixForest(passes.Passes, Enumerable.Range(from, passes.Passes.Count - from)), waves.Limits);
            RunRound(waves, Directory.RoundJournalFile(plans.Count), null);
        }
        if (Times.Split > 0) warn($"{Times.Split} waves did not fit into the memory of the device and were computed one pass at a time");
        GiveBack();
        var columns = stage.Compute(results).Concat(rated).ToDictionary(column => column.Field);
        var scores = new ScoreTable(Facts, passes, FindNeighbors(), results, [.. metrics.Select(metric => columns[metric.Field])], CascadeRows);
        ScoresFile.Write(Directory.ScoresFile, Rows, scores);
        SummaryJson.Write(Directory.SummaryFile, Summarize(scores));
        File.Delete(Directory.RowMapFile);
        return scores;
    }

    private RowWatch? Watch(WavePlan waves)
    {
        var map = RowMap.Of(passes!, FindNeighbors(), waves, inputs.PlanKey(settings, waves, CascadeRows?.Key()), results!, CascadeRows);
        map.Write(Directory.RowMapFile); // for those who look on from another process
        return OnRow is { } listener ? new RowWatch(map, listener) : null;
    }

    private void RunRound(WavePlan waves, string journal, RowWatch? watch)
    {
        byte[] key = inputs.PlanKey(settings, waves, CascadeRows?.Key());
        var live = LiveMetrics.Of(stage!, passes!.Passes, results!, OnMetric);
        Times.Add(StageTimes.Measure("score", () => ScoreStage.Run(Model, waves, Options, sizing!, journal, key, settings.PerToken, watch, live, progress, cancel)));
        PassSums.Read(journal, waves, key, settings.PerToken, results!);
        plans.Add(waves);
    }

    /// <summary>
    /// The same in the background: the events until the scores are written, <see cref="RunEvent.Finished"/> last. What goes wrong is thrown to the reader;
    /// a reader that leaves, or cancels, stops the run, and the same run directory goes on with it. One at a time, and nothing else of the run meanwhile.
    /// </summary>
    public IAsyncEnumerable<RunEvent> ScoreAsync(CancellationToken cancellation = default) => RunEventStream.Of((stream, stop) =>
    {
        var before = (told, cancel, OnRow);
        OnRow = stream;
        ReportTo(stream, stream.Warn, stop);
        try
        {
            return Score();
        }
        finally
        {
            ReportTo(before.told.Progress, before.told.Warn, before.cancel);
            OnRow = before.OnRow;
        }
    }, cancellation);

    private void ReportTo(IProgress<StageProgress>? listener, Action<string> warnings, CancellationToken stop)
    {
        Tell(listener, warnings);
        cancel = stop;
        Cascade?.Run.ReportTo(NamedProgress.Of(CascadeStage.Name, progress), warn, stop);
        foreach (var (judge, i) in (Judges?.Runs ?? []).Select((judge, i) => (judge, i))) judge.ReportTo(NamedProgress.Of(JudgePanel.NameOf(i), progress), warn, stop);
    }

    private void Tell(IProgress<StageProgress>? listener, Action<string> warnings)
    {
        told = (listener, warnings);
        (progress, warn) = live is null ? (listener, warnings) : (live, live.Warn + warnings);
        if (live is not null) live.Inner = listener;
    }

    /// <summary>Lets go of the model; it is loaded again when something needs it.</summary>
    internal void Unload()
    {
        model?.Dispose();
        model = null;
    }

    /// <summary>Chooses rows of a scored run.</summary>
    /// <exception cref="UserException">A field that the run does not have, or no row passes the gates.</exception>
    public Selection Select(ScoreTable scores, SelectionRequest request)
    {
        var texts = Passes.Tokens;
        GiveBack();
        return new SelectionMaker(scores, CascadeRows, request, Embed, Rows, row => texts.Length(2 * row) + texts.Length(2 * row + 1), settings.Threads, cancel).Make();
    }

    public void Dispose()
    {
        if (passes is not null) passes.Dispose();
        else tokens?.Dispose();
        store?.Dispose();
        model?.Dispose();
        Cascade?.Dispose();
        Judges?.Dispose();
        inputs.Dispose();
        live?.Dispose();
        Directory.Dispose();
    }

    // What a stage leaves behind is as much again as a million rows need, and the next stage may last for hours.
    private static void GiveBack()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > LargeHeap) GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private ExecutorOptions Options => new(settings.Threads, settings.Exact, sizing?.FlashAttention ?? settings.FlashAttention, GatherPathVariable.Read());

    private TokenTable Tokenize() => tokens ??= StageTimes.Measure("tokenize", TokenizeRows);

    private TokenTable TokenizeRows()
    {
        var template = settings.Template == "model" ? ChatTemplate.Of(Model) : inputs.Template!;
        stage = new MetricStage(own, new TextCatalog(Rows.CountWithDemonstrations, Model.Vocabulary, new EarlierTurns(Facts.EarlierAnswers, settings.Turns)));
        return PassStage.Tokenize(Rows, Facts, stage.Texts, template, settings.ScoreEos, Directory.TokensFile, settings.Threads, progress, cancel);
    }

    private sealed class Share(IProgress<StageProgress>? progress, int rows) : IProgress<double>
    {
        public void Report(double value) => progress?.Report(new("neighbors", (long)(value * rows), rows, "rows"));
    }
}
