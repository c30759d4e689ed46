using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Runs;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Gpu;

/// <summary>
/// waves.json: the card a run was begun on, its gather and the waves that fitted there, so that going on packs the same waves even if
/// memory is free or short now. A run that is computed on the CPU has none.
/// </summary>
internal static class WaveSizeFile
{
    private const int MostContexts = 256;

    /// <summary>Null if this run has computed nothing yet.</summary>
    /// <exception cref="UserException">The run was begun on another device, or the file is damaged.</exception>
    public static WaveSizing? Read(RunDirectory run, string card, GatherPath gather)
    {
        if (!File.Exists(run.WavesFile))
            return !File.Exists(run.JournalFile) ? null : throw Other(run, "the CPU", card);
        try
        {
            using var document = JsonDocument.Parse(SmallFile.Read(run.WavesFile, RunDirectory.MostJsonBytes));
            var json = document.RootElement;
            int Number(string name, int lowest, int highest) => json.GetProperty(name).GetInt32() is var number && number >= lowest && number <= highest ? number : throw new FormatException($"{name} is {number}");
            string begun = json.GetProperty("device").GetString()!;
            if (begun != card) throw Other(run, begun, card);
            string gathered = json.GetProperty("gather").GetString()!;
            if (gathered != Name(gather)) throw Other(run, $"{card} with the gather {gathered}", Name(gather));
            return new WaveSizing(new WaveLimits(Number("tokens", 1, int.MaxValue), Number("outputs", 1, int.MaxValue)), (FlashAttention)Number("flash_attention", (int)FlashAttention.Auto, (int)FlashAttention.On),
                Number("contexts", 1, MostContexts), Number("threads_per_context", 1, int.MaxValue));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException)
        {
            throw new UserException($"{run.WavesFile}: damaged; use another --run directory", e);
        }
    }

    /// <exception cref="UserException">The run was begun on a card, and now there is none.</exception>
    public static void RefuseOtherDevice(RunDirectory run)
    {
        if (File.Exists(run.WavesFile)) throw Other(run, "a GPU", "the CPU");
    }

    public static void Write(RunDirectory run, string card, GatherPath gather, WaveSizing size) => AtomicFile.Write(run.WavesFile, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("device", card);
        json.WriteString("gather", Name(gather));
        json.WriteNumber("tokens", size.Limits.Tokens);
        json.WriteNumber("outputs", size.Limits.Outputs);
        json.WriteNumber("flash_attention", (int)size.FlashAttention);
        json.WriteNumber("contexts", size.Contexts);
        json.WriteNumber("threads_per_context", size.ThreadsPerContext);
        json.WriteEndObject();
    });

    private static string Name(GatherPath gather) => gather switch { GatherPath.Cuda => "on the card", GatherPath.InGraph => "in the graph", _ => "on the host" };

    private static UserException Other(RunDirectory run, string begun, string now) =>
        new($"{run.Path}: this run was begun on {begun}, and its bits would not be the same on {now}; use another --run directory");
}
