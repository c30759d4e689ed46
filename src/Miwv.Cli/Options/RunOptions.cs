using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Judging;
using Miwv.Engine.Runs;
using Miwv.Engine;
using Miwv.Llama;
using Miwv.Metrics;
using Miwv.Retrieval;

namespace Miwv.Cli.Options;

/// <summary>The options that all commands on a data set share; names are those llama.cpp users know.</summary>
internal sealed class RunOptions
{
    public readonly Argument<string?> Data = new("data") { Arity = ArgumentArity.ZeroOrOne, Description = "Alpaca, ShareGPT or messages rows: .json or .jsonl, also .gz; a LLaMA-Factory dataset_info.json or its folder, an axolotl .yaml" };
    public readonly Option<string?> Dataset = new("--dataset") { Description = "the data set of dataset_info.json or of the axolotl .yaml to read", HelpName = "NAME" };
    public readonly Option<string?> Model = new("--model", "-m") { Description = "GGUF of the model that will be tuned (default: the only .gguf beside the data)", HelpName = "GGUF" };
    public readonly Option<string?> Embedder = new("--embedder", "-e") { Description = "GGUF embedding model (default: the scoring model's own mean hidden state)", HelpName = "GGUF" };
    public readonly Option<string?> Vectors = new("--embeddings") { Description = "ready vectors, one a row, instead of an embedding model", HelpName = "NPY" };
    public readonly Option<string?> Demonstrations = new("--demonstrations") { Description = "rows of another data file are the examples, instead of the data's own", HelpName = "FILE" };
    public readonly Option<string> Template = new("--template") { Description = "alpaca, plain, chatml, model (the GGUF's own) or a template file", DefaultValueFactory = _ => "alpaca", HelpName = "NAME|FILE" };
    public readonly Option<string?> Columns = new("--columns") { Description = "names of your columns and turns, e.g. instruction=prompt,output=completion or messages=chat,role=speaker,content=text", HelpName = "COLUMN=NAME,..." };
    public readonly Option<string> Ids = new("--ids") { Description = "own (the rows' id field) or position", DefaultValueFactory = _ => "own", HelpName = "own|position" };
    public readonly Option<int?> Limit = new("--limit", "-L") { Description = "only the first N rows", HelpName = "N" };
    public readonly Option<int?> Window = new("--ctx-size", "-c") { Description = "tokens of the window (default: the model's training context)", HelpName = "N" };
    public readonly Option<int?> Batch = new("--batch-size", "-b") { Description = "upper bound of -ub, for habit's sake", HelpName = "N" };
    public readonly Option<int?> Ubatch = new("--ubatch-size", "-ub") { Description = "most tokens of one wave", HelpName = "N" };
    public readonly Option<int?> Threads = new("--threads", "-t") { Description = "CPU threads (default: all cores)", HelpName = "N" };
    public readonly Option<int> GpuLayers = new("--gpu-layers", "-ngl") { Description = "layers on the GPU (default: all)", DefaultValueFactory = _ => -1, HelpName = "N" };
    public readonly Option<string> Flash = new("--flash-attn", "-fa") { Description = "on, off or auto", DefaultValueFactory = _ => "auto", HelpName = "on|off|auto" };
    public readonly Option<bool> Exact = new("--exact") { Description = "flash attention off, f32 cache: equal to a row-by-row loop within 1e-5 nats" };
    public readonly Option<string> Store = new("--store") { Description = "components of the stored embeddings: f32, or f16 in half the space", DefaultValueFactory = _ => "f32", HelpName = "f32|f16" };
    public readonly Option<string> Search = new("--search") { Description = "how neighbours are found: auto, exact (all pairs) or hnsw", DefaultValueFactory = _ => "auto", HelpName = "auto|exact|hnsw" };
    public readonly Option<int?> HnswM = new("--hnsw-m") { Description = "links of a row in the HNSW index (default 16)", HelpName = "N" };
    public readonly Option<int?> EfConstruction = new("--ef-construction") { Description = "candidates while the index is built (default 200)", HelpName = "N" };
    public readonly Option<int?> EfSearch = new("--ef-search") { Description = "candidates while it is searched (default 64)", HelpName = "N" };
    public readonly Option<string> Duplicates = new("--duplicates") { Description = "skip or keep identical rows as demonstrations", DefaultValueFactory = _ => "skip", HelpName = "skip|keep" };
    public readonly Option<bool> ScoreEos = new("--score-eos") { Description = "score the end-of-sequence token behind each answer too" };
    public readonly Option<string> Turns = new("--turns") { Description = "conversations: score every assistant turn and take the mean over their tokens, sum the turns' values, or score the last turn only", DefaultValueFactory = _ => "mean", HelpName = "mean|sum|last" };
    public readonly Option<string> Metric = new("--metric") { Description = "metrics to compute, the first is the one to rank by; `miwv metrics` lists them", DefaultValueFactory = _ => "miwv", HelpName = "NAME[=N],..." };
    public readonly Option<string?> Cascade = new("--cascade") { Description = "a small model that scores all rows first; only the share that it keeps is scored by -m", HelpName = "GGUF:30%" };
    public readonly Option<int?> Audit = new("--audit") { Description = "rejected rows of --cascade that -m scores all the same, to say what was missed (default: 2 % of the rows, at least 200)", HelpName = "N" };
    public readonly Option<string?> Judges = new("--judges") { Description = "models that rate the rows instead of -m (selectit, deita, alpagasus): a metric is their weighted mean, by default weighted by parameters", HelpName = "[METRIC=]GGUF[:WEIGHT],..." };
    public readonly Option<int> Seed = new("--seed") { Description = "draws all that is random", DefaultValueFactory = _ => 0, HelpName = "N" };
    public readonly Option<bool> PerToken = new("--per-token") { Description = "keep the log-prob of every scored token" };
    public readonly Option<string?> Run = new("--run") { Description = "run directory (default: miwv-runs/NAME-HASH)", HelpName = "DIR" };
    public readonly Option<bool> Resume = new("--resume") { Description = "go on with the run in the run directory; an error if there is none" };

    /// <summary>Only of commands that score.</summary>
    public readonly Option<string?> From = new("--from") { Description = "a finished run: its data and settings, its passes are not computed again; with --metric, --seed, --run, -t", HelpName = "RUN" };

    private readonly Option[] own;

    public RunOptions() => own = [Dataset, Model, Embedder, Vectors, Template, Columns, Ids, Limit, Window, Batch, Ubatch, Threads, GpuLayers, Flash, Exact, Store, Search, HnswM, EfConstruction, EfSearch, Duplicates, ScoreEos, Turns, Metric, Cascade, Audit, Judges, Seed, PerToken, Run, Resume];

    public void AddTo(Command command)
    {
        command.Arguments.Add(Data);
        foreach (var option in own)
            command.Options.Add(option);
    }

    /// <summary>What no result of the command may replace.</summary>
    public InputFiles Inputs(ParseResult parsed, CommandContext context, RunSettings settings) =>
        new(settings, parsed.GetValue(Run), context.ConfigPath, parsed.GetValue(Data));

    /// <param name="groups">--duplicates is a cosine, not a word.</param>
    /// <exception cref="UsageException">A value that no run can have.</exception>
    public RunSettings Read(ParseResult parsed, Messages messages, bool groups = false)
    {
        Action<string> info = messages.Info;
        string data = parsed.GetValue(Data) ?? throw new UsageException("no data: name the file with the rows");
        if (parsed.GetValue(Embedder) is not null && parsed.GetValue(Vectors) is not null) throw new UsageException("--embedder and --embeddings: give either an embedding model or ready vectors");
        if (parsed.GetValue(Exact) && parsed.GetValue(Flash) == "on") throw new UsageException("--exact and --flash-attn on: exact means without flash attention; give one of the two");
        int? wave = Positive(parsed, Ubatch), batch = Positive(parsed, Batch);
        if (batch is { } most) wave = Math.Min(most, wave ?? most);
        try
        {
            var map = parsed.GetValue(Columns) is { } named ? ColumnMap.Parse(named) : ColumnMap.Default;
            if (parsed.GetValue(Dataset) is not null || DatasetInfo.IsAt(data) || AxolotlConfig.IsAt(data)) (data, map) = Entry(parsed, data, info);
            DataPath.RefuseElsewhere(data);
            return new RunSettings
            {
                DataPath = data,
                ModelPath = parsed.GetValue(Model) ?? ModelBeside(data, info),
                EmbedderPath = parsed.GetValue(Embedder),
                VectorsPath = parsed.GetValue(Vectors),
                DemonstrationsPath = parsed.GetResult(Demonstrations) is null ? null : parsed.GetValue(Demonstrations),
                Template = parsed.GetValue(Template)!,
                Columns = map,
                Ids = Word(parsed, Ids, ("own", IdSource.Own), ("position", IdSource.Position)),
                Limit = Positive(parsed, Limit),
                Window = Positive(parsed, Window),
                WaveTokens = wave,
                Threads = ThreadsOf(parsed, messages) ?? Environment.ProcessorCount,
                GpuLayers = parsed.GetValue(GpuLayers),
                FlashAttention = Word(parsed, Flash, ("auto", FlashAttention.Auto), ("on", FlashAttention.On), ("off", FlashAttention.Off)),
                Exact = parsed.GetValue(Exact),
                Store = Word(parsed, Store, ("f32", StoreType.F32), ("f16", StoreType.F16)),
                Search = Word(parsed, Search, ("auto", SearchMode.Auto), ("exact", SearchMode.Exact), ("hnsw", SearchMode.Hnsw)),
                Hnsw = IndexOf(parsed),
                KeepDuplicates = !groups && Word(parsed, Duplicates, ("skip", false), ("keep", true)),
                ScoreEos = parsed.GetValue(ScoreEos),
                Turns = Word(parsed, Turns, ("mean", TurnRule.Mean), ("sum", TurnRule.Sum), ("last", TurnRule.Last)),
                Metrics = Metrics(parsed.GetValue(Metric)!),
                Cascade = CascadeOf(parsed),
                Judges = parsed.GetValue(Judges) is { } judges ? Judge.ParseList(judges) : [],
                Seed = parsed.GetValue(Seed),
                PerToken = parsed.GetValue(PerToken),
            };
        }
        catch (UserException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>The settings of a command that has --from: those of the command line, or of the run that it names. A run that was made with --from need not be told so again.</summary>
    /// <exception cref="UsageException">A value that no run can have, or an option that the finished run decides.</exception>
    public RunSettings ReadOrTakeOver(ParseResult parsed, Messages messages)
    {
        if (parsed.GetValue(From) is { } named) return ReadFrom(parsed, named, null, messages);
        if (MadeFrom(parsed) is not { From: { } from } made) return Read(parsed, messages);
        return parsed.GetValue(Data) is null ? ReadFrom(parsed, from, made, messages) : Read(parsed, messages) with { From = from };
    }

    // what is wrong with the directory says who opens it
    private RunSettings? MadeFrom(ParseResult parsed)
    {
        if (parsed.GetValue(Run) is not { } directory || !File.Exists(Path.Combine(directory, "run.json"))) return null;
        try
        {
            return RunFile.ReadSettings(Path.Combine(directory, "run.json"));
        }
        catch (UserException)
        {
            return null;
        }
    }

    // the settings of a finished run for further metrics
    private RunSettings ReadFrom(ParseResult parsed, string from, RunSettings? made, Messages messages)
    {
        Option[] mayBeGiven = [Metric, Seed, Run, Resume, Threads];
        foreach (var option in own)
            if (!mayBeGiven.Contains(option) && parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"--from {from}: the finished run decides {option.Name}; leave it away, or score without --from");
        if (parsed.GetResult(Demonstrations) is not null) throw new UsageException($"--from {from}: the finished run decides --demonstrations; leave it away, or score without --from");
        if (parsed.GetValue(Data) is { } data) throw new UsageException($"--from {from}: the finished run decides the data; leave {data} away");
        if (parsed.GetValue(Run) is { } into && WholeFile.Target(into) == WholeFile.Target(from))
            throw new UsageException($"--from {from}: a run cannot take passes from itself; name another directory with --run");
        using var run = RunDirectory.Read(from);
        var settings = RunFile.ReadSettings(run.RunFile);
        if (settings.Cascade is not null || settings.Judges.Count > 0)
            throw new UsageException($"--from {from}: is a run with {(settings.Cascade is null ? "--judges" : "--cascade")}; its parts are runs by themselves, name one of those in {Path.Combine(from, settings.Cascade is null ? "judges" : "cascade")}");
        return settings with { From = from, Metrics = Given(Metric) || made is null ? Metrics(parsed.GetValue(Metric)!) : made.Metrics, Seed = Given(Seed) || made is null ? parsed.GetValue(Seed) : made.Seed, Threads = ThreadsOf(parsed, messages) ?? settings.Threads, PerToken = false, EarlyStop = null };

        bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
    }

    private (string, ColumnMap) Entry(ParseResult parsed, string path, Action<string> info)
    {
        if (parsed.GetResult(Columns) is { Implicit: false }) throw new UsageException("--dataset and --columns: the entry names the columns; give one of the two");
        var entry = AxolotlConfig.IsAt(path) ? AxolotlConfig.Read(path, parsed.GetValue(Dataset)) : DatasetInfo.Read(path, parsed.GetValue(Dataset));
        foreach (string note in entry.Notes) info(note);
        info($"data: {parsed.GetValue(Dataset) ?? "the only data set"} of {path}, columns {entry.Columns}");
        return (entry.File, entry.Columns);
    }

    private HnswOptions IndexOf(ParseResult parsed)
    {
        var defaults = new HnswOptions();
        var wanted = new HnswOptions(Positive(parsed, HnswM) ?? defaults.M, Positive(parsed, EfConstruction) ?? defaults.EfConstruction, Positive(parsed, EfSearch) ?? defaults.EfSearch);
        try
        {
            wanted.Check();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{HnswM.Name}, {EfConstruction.Name}, {EfSearch.Name}: {e.Message}");
        }
        return wanted;
    }

    private CascadeSettings? CascadeOf(ParseResult parsed)
    {
        int? audit = parsed.GetValue(Audit);
        if (audit < 0) throw new UsageException($"--audit {audit}: must be 0 or more");
        if (parsed.GetValue(Cascade) is not { } cascade) return audit is null ? null : throw new UsageException("--audit: belongs to --cascade; without it every row is scored");
        if (parsed.GetValue(Judges) is not null) throw new UsageException("--cascade and --judges: take one; judges rate every row");
        return CascadeSettings.Parse(cascade, audit);
    }

    // checked before anything is read
    private static string Metrics(string list) => string.Join(',', MetricRegistry.Parse(list).Count > 0 ? list.Split(',', StringSplitOptions.TrimEntries) : []);

    private static int? Positive(ParseResult parsed, Option<int?> option) => parsed.GetValue(option) is not { } value ? null
        : value >= 1 ? value : throw new UsageException($"{option.Name} {value}: must be at least 1");

    // more threads than processors wait for each other at every step
    private int? ThreadsOf(ParseResult parsed, Messages messages)
    {
        if (Positive(parsed, Threads) is not { } threads || threads <= Environment.ProcessorCount) return Positive(parsed, Threads);
        messages.Warn($"{Threads.Name} {threads}: there are {Environment.ProcessorCount} processors, so {Environment.ProcessorCount} threads are used; the results are the same");
        return Environment.ProcessorCount;
    }

    private static T Word<T>(ParseResult parsed, Option<string> option, params (string Name, T Value)[] words)
    {
        string given = parsed.GetValue(option)!;
        foreach (var (name, value) in words)
            if (name == given) return value;
        throw new UsageException($"{option.Name} {given}: must be {string.Join(", ", words.Select(w => w.Name))}");
    }

    private static string ModelBeside(string data, Action<string> info)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(data))!;
        string[] found = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.gguf") : [];
        if (found.Length != 1)
            throw new UsageException($"-m is missing: name the GGUF of the model that will be tuned ({found.Length} .gguf files beside {Path.GetFileName(data)})");
        string path = Path.GetRelativePath(Environment.CurrentDirectory, found[0]);
        info($"model: {path} (the only .gguf beside the data; -m names another)");
        return path;
    }
}
