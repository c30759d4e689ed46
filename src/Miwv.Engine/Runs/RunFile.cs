using System.Text.Json;

namespace Miwv.Engine.Runs;

/// <summary>The readable part of run.json: what the user asked for.</summary>
internal static class RunFile
{
    public static void WriteSettings(Utf8JsonWriter json, RunSettings settings)
    {
        json.WriteStartObject("settings");
        json.WriteString("data", settings.DataPath);
        json.WriteString("model", settings.ModelPath);
        json.WriteString("embedder", settings.EmbedderPath);
        json.WriteString("embeddings", settings.VectorsPath);
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
        json.WriteString("duplicates", settings.KeepDuplicates ? "keep" : "skip");
        json.WriteBoolean("score-eos", settings.ScoreEos);
        json.WriteBoolean("per-token", settings.PerToken);
        json.WriteString("metric", settings.Metrics);
        json.WriteNumber("seed", settings.Seed);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
