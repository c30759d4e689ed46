using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Llama.Gguf;
using Miwv.Metrics;
using Miwv.Retrieval;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

/// <summary>The files of a run, opened and checked, and the identities that follow from their contents.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly string modelHash, embeddingHash;
    private readonly Dictionary<string, string> otherModels = [];

    private RunInputs(RowFile rows, GgufFile modelFile, GgufFile? embedder, PromptTemplate? template, string modelHash, string embeddingHash)
    {
        (Rows, ModelFile, Embedder, Template) = (rows, modelFile, embedder, template);
        (this.modelHash, this.embeddingHash) = (modelHash, embeddingHash);
    }

    public RowFile Rows { get; }
    public GgufFile ModelFile { get; }
    public GgufFile? Embedder { get; }

    /// <summary>Null if it is the model's own, which only the loaded model can render.</summary>
    public PromptTemplate? Template { get; }

    /// <exception cref="UserException">A file is missing, damaged or of the wrong kind.</exception>
    public static RunInputs Open(RunSettings settings, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        if (settings.EmbedderPath is not null && settings.VectorsPath is not null)
            throw new UserException("-e and --embeddings: give either an embedding model or ready vectors");
        if (settings.DemonstrationsPath is not null && settings.VectorsPath is not null)
            throw new UserException("--demonstrations and --embeddings: the vectors are of the data only; name an embedding model with -e instead");
        var template = settings.Template == "model" ? null : PromptTemplate.Load(settings.Template);
        var model = GgufFile.Open(settings.ModelPath);
        model.RequireScoringModel();
        foreach (string other in settings.Judges.Select(judge => judge.ModelPath).Append(settings.Cascade?.ModelPath).OfType<string>())
            GgufFile.Open(other).RequireScoringModel();
        GgufFile? embedder = null;
        if (settings.EmbedderPath is { } path)
        {
            embedder = GgufFile.Open(path);
            embedder.RequireEmbedder();
        }
        long size = new FileInfo(settings.DataPath) is { Exists: true } info ? info.Length : 0;
        var rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit },
            new Bytes(progress, size), cancel);
        try
        {
            if (rows.Count == 0) throw new UserException($"{settings.DataPath}: has no rows");
            rows.Demonstrations = OpenDemonstrations(settings, cancel);
            string modelHash = FileHash.Of(model);
            string embedding = settings.VectorsPath is { } npy ? "npy " + FileHash.Of(npy)
                : embedder is not null ? FileHash.Of(embedder) : "scoring model " + modelHash;
            return new RunInputs(rows, model, embedder, template, modelHash, embedding);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>The rows that are shown, if they come from another file; columns and ids as in the data.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static RowFile? OpenDemonstrations(RunSettings settings, CancellationToken cancel) =>
        settings.DemonstrationsPath is { } path ? RowFile.Open(path, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids }, null, cancel) : null;

    // a run for MIWV alone has the identity it had before there were other metrics
    public RunIdentity Identity(RunSettings s) => new(s.Metrics == "miwv" ? [.. MiwvIdentity(s), .. FromIdentity(s)] : [.. MiwvIdentity(s), new("metrics", s.Metrics), new("seed", Text(s.Seed)), .. FromIdentity(s), .. JudgesIdentity(s)]);

    // passes taken over are not in the plan
    private static KeyValuePair<string, string>[] FromIdentity(RunSettings s) => s.From is null ? [] : [new("from", Path.GetFullPath(s.From))];

    private IEnumerable<KeyValuePair<string, string>> JudgesIdentity(RunSettings s) =>
        s.Judges.Select((judge, i) => new KeyValuePair<string, string>($"judge {i + 1}", string.Create(CultureInfo.InvariantCulture, $"{HashOf(judge.ModelPath)} {judge.Weight} {judge.Metric}")));

    private KeyValuePair<string, string>[] CascadeIdentity(RunSettings s) => s.Cascade is not { } cascade ? []
        : [new("cascade", HashOf(cascade.ModelPath)), new("cascade_keep", cascade.Keep.ToString()), new("audit", $"{Text(cascade.Audit)}, seed {Text(s.Seed)}")];

    private IEnumerable<KeyValuePair<string, string>> MiwvIdentity(RunSettings s) =>
    [
        .. s.Turns == TurnRule.Mean ? (KeyValuePair<string, string>[])[] : [new("turns", s.Turns.ToString())],
        .. Rows.Demonstrations is { } shown ? (KeyValuePair<string, string>[])[new("demonstrations", shown.Sha256)] : [],
        .. s.EarlyStop is { } top ? (KeyValuePair<string, string>[])[new("early_stop", top.ToString())] : [],
        new("data", Rows.Sha256), new("limit", Text(s.Limit)), new("columns", s.Columns.ToString()), new("ids", s.Ids.ToString()),
        new("model", modelHash), new("embeddings", embeddingHash + Half(s)),
        new("template", Template?.SourceText ?? "the model's own"), new("window", Text(s.Window)), new("score_eos", s.ScoreEos.ToString()),
        new("duplicates", s.KeepDuplicates ? "keep" : "skip"),
        new("exact", s.Exact.ToString()), new("flash_attention", s.FlashAttention.ToString()), new("gpu_layers", Text(s.GpuLayers)),
        new("wave_tokens", Text(s.WaveTokens)), new("per_token", s.PerToken.ToString()),
        new("search", $"{s.Search}{(s.Search == SearchMode.Exact || s.Hnsw == new HnswOptions() ? "" : $", M {s.Hnsw.M}, efConstruction {s.Hnsw.EfConstruction}, efSearch {s.Hnsw.EfSearch}")}"),
        .. CascadeIdentity(s),
    ];

    /// <summary>What the vectors depend on.</summary>
    public string EmbeddingKey(RunSettings s, RowFacts facts) =>
        $"{embeddingHash}{Half(s)}|{Rows.Sha256}|{Text(s.Limit)}|{s.Columns}{(Rows.Demonstrations is { } shown ? "|" + shown.Sha256 : "")}{(s.VectorsPath is null ? EmbedderKey(s, facts.LongestText) + (s.Exact ? "|exact" : "") : "")}";

    /// <summary>Tokens of a text that the embedding model sees.</summary>
    public int EmbeddingWindowOf(RunSettings s) => Embedder is { } other ? EmbeddingWindow.Of(other, null) : EmbeddingWindow.Of(ModelFile, s.Window);

    private string EmbedderKey(RunSettings s, int longest) =>
        Embedder is { } other ? EmbeddingWindow.Key(other, null, longest) + EmbeddingPooling.Key(other) : EmbeddingWindow.Key(ModelFile, s.Window, longest);

    /// <summary>What the neighbours depend on; the model counts because a row without answer tokens is nobody's neighbour only by the model's vocabulary.</summary>
    public string NeighborKey(RunSettings s, RowFacts facts, int k) => $"{EmbeddingKey(s, facts)}|{modelHash}|{s.KeepDuplicates}|{s.Search}|{s.Hnsw}|k={Text(k)}";

    /// <summary>What the steps depend on, 32 bytes.</summary>
    /// <param name="roles">Which rows are scored; empty = all.</param>
    public byte[] PlanKey(RunSettings s, WavePlan plan, ReadOnlySpan<byte> roles) =>
        SHA256.HashData([.. Identity(s).Key(), .. roles, .. Encoding.UTF8.GetBytes($"{plan.Limits}|{plan.Count}|{plan.Tokens}|{plan.Forest.NodeCount}|{plan.Cells}|{plan.Leaves}")]);

    public void Dispose() => Rows.Dispose();

    private string HashOf(string path) => otherModels.TryGetValue(path, out string? hash) ? hash : otherModels[path] = FileHash.Of(path);

    private static string Half(RunSettings s) => s.Store == StoreType.F16 ? ", f16" : "";

    private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "all";

    private sealed class Bytes(IProgress<StageProgress>? progress, long total) : IProgress<long>
    {
        public void Report(long value) => progress?.Report(new("read", value, total, "bytes"));
    }
}
