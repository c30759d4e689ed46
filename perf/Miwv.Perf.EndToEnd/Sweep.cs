using System.Globalization;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Llama.Gguf;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.EndToEnd;

/// <summary>
/// One model's rows scored with every wave size and number of contexts asked for: what the constants of the sizing are tuned by.
/// The rows are embedded once. The device's idle share is seen from here: time between waves in which no context had given it work.
/// </summary>
internal sealed record Sweep(string Data, string Model, string? Embedder, int Rows, int Threads, bool Exact, int GpuLayers)
{
    /// <summary>Prints a Markdown row for each setting.</summary>
    /// <param name="peak">Measured matrix peak of the device, TFLOP/s, for the utilisation; null = unknown.</param>
    /// <param name="timeline">File for the busy spans of the last setting, milliseconds; null = none.</param>
    public void Run(IReadOnlyList<int?> waveTokens, IReadOnlyList<int?> contexts, double? peak, string? timeline)
    {
        Console.WriteLine("| wave tokens | contexts | rows/s | tokens/s | idle | model | mask and graph | gather | TFLOP/s | of the peak | 52,002 rows |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        string scratch = Directory.CreateTempSubdirectory("miwv-sweep-").FullName;
        try
        {
            string? embeddings = null;
            foreach (int? tokens in waveTokens)
                foreach (int? count in contexts)
                    embeddings = One(scratch, embeddings, tokens, count, peak, timeline);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private string One(string scratch, string? embeddings, int? tokens, int? contexts, double? peak, string? timeline)
    {
        var settings = new RunSettings
        {
            DataPath = Data, ModelPath = Model, EmbedderPath = Embedder, Limit = Rows, Threads = Threads, Exact = Exact, GpuLayers = GpuLayers, WaveTokens = tokens, Contexts = contexts,
        };
        using var run = MiwvRun.Open(settings, Path.Combine(scratch, $"{tokens}-{contexts}"), resume: false, null, text => Console.Error.WriteLine($"warning: {text}"), default);
        if (embeddings is not null && embeddings != run.Directory.EmbeddingsFile) File.Copy(embeddings, run.Directory.EmbeddingsFile, overwrite: true);
        run.Score();
        var plan = run.Plan();
        var times = run.Times;
        if (times.Tokens == 0) throw new UserException($"{Model}: none of the {Rows} rows fits its window, nothing was computed");
        double seconds = WaveTimes.Seconds(times.Elapsed), parts = times.Model + times.Prepare + times.Gather + times.Pack;
        long outputs = plan.Forest.Outputs(0, plan.Forest.Count, 0);
        double flops = Flops(GgufFile.Open(Model), times.Tokens, outputs) / seconds / 1e12, rate = Rows / seconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {plan.Limits.Tokens} | {contexts?.ToString(CultureInfo.InvariantCulture) ?? "own choice"} | {rate:F2} | {times.Tokens / seconds:F0} | {WaveTimes.Seconds(times.Idle()) / seconds:P1} | {times.Model / parts:P1} | {times.Prepare / parts:P1} | {times.Gather / parts:P1} | {flops:F2} | {(peak is { } p ? (flops / p).ToString("P1", CultureInfo.InvariantCulture) : "-")} | {TimeSpan.FromSeconds(52_002 / rate):h\\:mm\\:ss} |"));
        if (timeline is not null) Write(timeline, times);
        return run.Directory.EmbeddingsFile;
    }

    // The matrix products: the body for every token, the head for every row of logits. Attention comes on top and is left out.
    private static double Flops(GgufFile file, long tokens, long outputs) =>
        2.0 * file.BodyParameterCount * tokens + 2.0 * (file.EmbeddingLength ?? 0) * file.VocabularySize * outputs;

    private static void Write(string path, WaveTimes times)
    {
        using var file = new StreamWriter(path);
        file.WriteLine("from_ms,to_ms");
        var spans = times.Busy.Order().ToList();
        foreach (var (from, to) in spans)
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{1e3 * WaveTimes.Seconds(from - spans[0].From):F3},{1e3 * WaveTimes.Seconds(to - spans[0].From):F3}"));
    }
}
