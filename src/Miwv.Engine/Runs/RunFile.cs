using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Judging;
using Miwv.Llama;
using Miwv.Metrics;
using Miwv.Metrics.Selection;
using Miwv.Retrieval;

namespace Miwv.Engine.Runs;

/// <summary>The readable part of run.json: what the user asked for.</summary>
public static class RunFile
{
    internal static void WriteSettings(Utf8JsonWriter json, RunSettings settings)
    {
        json.WriteStartObject("settings");
        json.WriteString("data", settings.DataPath);
        json.WriteString("model", settings.ModelPath);
        json.WriteString("embedder", settings.EmbedderPath);
        json.WriteString("embeddings", settings.VectorsPath);
        json.WriteString("demonstrations", settings.DemonstrationsPath);
        json.WriteString("template", settings.Template);
        json.WriteString("columns", settings.Columns.ToString());
        json.WriteString("ids", settings.Ids.ToString().ToLowerInvariant());
        Number(json, "limit", settings.Limit);
        Number(json, "ctx-size", settings.Window);
        json.WriteBoolean("exact", settings.Exact);
        json.WriteString("flash-attn", settings.FlashAttention.ToString().ToLowerInvariant());
        json.WriteNumber("gpu-layers", settings.GpuLayers);
        json.WriteNumber("threads", settings.Threads);
        Number(json, "ubatch-size", settings.WaveTokens);
        json.WriteString("store", settings.Store.ToString().ToLowerInvariant());
        json.WriteString("search", settings.Search.ToString().ToLowerInvariant());
        json.WriteNumber("hnsw-m", settings.Hnsw.M);
        json.WriteNumber("ef-construction", settings.Hnsw.EfConstruction);
        json.WriteNumber("ef-search", settings.Hnsw.EfSearch);
        json.WriteString("duplicates", settings.KeepDuplicates ? "keep" : "skip");
        json.WriteBoolean("score-eos", settings.ScoreEos);
        json.WriteBoolean("per-token", settings.PerToken);
        json.WriteString("turns", settings.Turns.ToString().ToLowerInvariant());
        json.WriteString("metric", settings.Metrics);
        if (settings.Cascade is { } cascade)
        {
            json.WriteString("cascade", cascade.ToString());
            Number(json, "audit", cascade.Audit);
        }
        if (settings.Judges.Count > 0) json.WriteString("judges", Judge.ListOf(settings.Judges));
        json.WriteBoolean("early-stop", settings.EarlyStop is not null);
        json.WriteString("early-stop-top", settings.EarlyStop?.ToString());
        json.WriteString("from", settings.From);
        json.WriteNumber("seed", settings.Seed);
        foreach (var (name, values) in settings.Selecting ?? [])
        {
            if (values.Length == 1)
            {
                json.WriteString(name, values[0]);
                continue;
            }
            json.WriteStartArray(name);
            foreach (string value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>The settings of a run that is there, its paths as they can be opened from this process's working folder.</summary>
    /// <exception cref="UserException">run.json is damaged or of another program or version, or the run's data is gone.</exception>
    public static RunSettings ReadSettings(string path)
    {
        RunOrigin? origin = null;
        try
        {
            using var document = JsonDocument.Parse(SmallFile.Read(path, RunDirectory.MostJsonBytes));
            origin = RunOrigin.Read(document.RootElement, path);
            var s = document.RootElement.GetProperty("settings");
            string? Text(string name) => s.GetProperty(name).GetString();
            string Given(string name) => Text(name) ?? throw new FormatException($"{name} is null");
            int? Count(string name) => s.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;
            return new RunSettings
            {
                DataPath = origin.RequireData(Given("data"), path),
                ModelPath = origin.Resolve(Given("model")),
                EmbedderPath = Text("embedder") is { } embedder ? origin.Resolve(embedder) : null,
                VectorsPath = Text("embeddings") is { } vectors ? origin.Resolve(vectors) : null,
                DemonstrationsPath = Text("demonstrations") is { } demonstrations ? origin.Resolve(demonstrations) : null,
                Template = Given("template") is "alpaca" or "plain" or "chatml" or "model" ? Given("template") : origin.Resolve(Given("template")),
                Columns = Text("columns") is { Length: > 0 } map ? ColumnMap.Parse(map) : ColumnMap.Default,
                Ids = Enum.Parse<IdSource>(Given("ids"), ignoreCase: true),
                Limit = Count("limit"),
                Window = Count("ctx-size"),
                Exact = s.GetProperty("exact").GetBoolean(),
                FlashAttention = Enum.Parse<FlashAttention>(Given("flash-attn"), ignoreCase: true),
                GpuLayers = s.GetProperty("gpu-layers").GetInt32(),
                Threads = Math.Min(s.GetProperty("threads").GetInt32(), Environment.ProcessorCount), // the run may be of a larger machine
                WaveTokens = Count("ubatch-size"),
                Store = s.TryGetProperty("store", out var store) ? Enum.Parse<StoreType>(store.GetString()!, ignoreCase: true) : StoreType.F32,
                Search = Enum.Parse<SearchMode>(Given("search"), ignoreCase: true),
                Hnsw = new HnswOptions(Count("hnsw-m")!.Value, Count("ef-construction")!.Value, Count("ef-search")!.Value),
                KeepDuplicates = Text("duplicates") == "keep",
                ScoreEos = s.GetProperty("score-eos").GetBoolean(),
                PerToken = s.GetProperty("per-token").GetBoolean(),
                Turns = Enum.Parse<TurnRule>(Given("turns"), ignoreCase: true),
                Metrics = Given("metric"),
                EarlyStop = Text("early-stop-top") is { } top ? TopCount.Parse(top) : null,
                Seed = s.GetProperty("seed").GetInt32(),
                From = Text("from") is { } from ? origin.Resolve(from) : null,
                Cascade = s.TryGetProperty("cascade", out _) ? CascadeSettings.Parse(Given("cascade"), Count("audit")) : null,
                Judges = s.TryGetProperty("judges", out _) ? Judge.ParseList(Given("judges")) : [],
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or IOException or FormatException)
        {
            throw RunOrigin.Unusable(path, origin, e);
        }
    }

    /// <summary>Settings and content hashes that decided the numbers.</summary>
    /// <exception cref="UserException">run.json is damaged or of another program or version.</exception>
    public static Dictionary<string, string> ReadIdentity(string path)
    {
        RunOrigin? origin = null;
        try
        {
            using var document = JsonDocument.Parse(SmallFile.Read(path, RunDirectory.MostJsonBytes));
            origin = RunOrigin.Read(document.RootElement, path);
            return document.RootElement.GetProperty("identity").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or IOException)
        {
            throw RunOrigin.Unusable(path, origin, e);
        }
    }

    /// <summary>The working folder that the settings' relative paths start from; null if it is not known.</summary>
    internal static string? ReadFolder(string path)
    {
        using var document = JsonDocument.Parse(SmallFile.Read(path, RunDirectory.MostJsonBytes));
        return RunOrigin.Read(document.RootElement, path).Folder;
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
