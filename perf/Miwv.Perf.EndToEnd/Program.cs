using System.Globalization;
using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Perf.EndToEnd;

// miwv-perf DATA MODEL... [-e EMBEDDER] [--rows N] [--threads N] [--repeat N] [--exact] [-ngl N] [--plain-rows N]
// miwv-perf DATA MODEL --wave-tokens 1024,2048 --contexts 1,2,3 [-ngl N] [--peak TFLOPS] [--timeline FILE]: one model with each setting.
// For each model, in turn: miwv score, then the plain loop over the same rows (or the first of them), threads and settings; prints a Markdown table of ratios.
var models = new List<string>();
string? data = null, embedder = null;
int rows = 200, threads = Environment.ProcessorCount, repeat = 3;
bool exact = false;
IReadOnlyList<int?>? waveTokens = null, contexts = null;
int gpuLayers = -1;
int? plainRows = null;
double? peak = null;
string? timeline = null;
for (int i = 0; i < args.Length; i++)
    switch (args[i])
    {
        case "-e": embedder = args[++i]; break;
        case "--rows": rows = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--threads": threads = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--repeat": repeat = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--exact": exact = true; break;
        case "--wave-tokens": waveTokens = Numbers(args[++i]); break;
        case "--contexts": contexts = Numbers(args[++i]); break;
        case "-ngl": gpuLayers = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--plain-rows": plainRows = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--peak": peak = double.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--timeline": timeline = args[++i]; break;
        default:
            if (data is null) data = args[i];
            else models.Add(args[i]);
            break;
    }
if (data is null || models.Count == 0)
{
    Console.Error.WriteLine("usage: miwv-perf DATA MODEL... [-e EMBEDDER] [--rows N] [--threads N] [--repeat N] [--exact] [--plain-rows N] [--wave-tokens N,...] [--contexts N,...] [-ngl N] [--peak TFLOPS] [--timeline FILE]");
    return 2;
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Machine.Cpu()}, {threads} threads, {RuntimeInformation.FrameworkDescription}, {rows} rows of {Path.GetFileName(data)}, {repeat} repetitions in turn{(exact ? ", --exact" : "")}"));
Console.WriteLine();
if ((waveTokens ?? contexts) is not null)
{
    try
    {
        foreach (string model in models)
            new Sweep(data, model, embedder, rows, threads, exact, gpuLayers).Run(waveTokens ?? [null], contexts ?? [null], peak, timeline);
        return 0;
    }
    catch (UserException e)
    {
        Console.Error.WriteLine($"miwv-perf: {e.Message}");
        return 1;
    }
}
Console.WriteLine("| model | miwv rows/s | plain loop rows/s | ratio (median, min-max) | tokens computed / least | model | mask and graph | gather | rest | difference max, mean (nats) |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
foreach (string model in models)
    Console.WriteLine(Comparison.Run(data, model, embedder, rows, threads, repeat, exact, gpuLayers, plainRows).MarkdownRow());
return 0;

static List<int?> Numbers(string list) => [.. list.Split(',').Select(text => (int?)int.Parse(text, CultureInfo.InvariantCulture))];
