using System.Globalization;
using System.Runtime.InteropServices;
using Miwv.Perf.EndToEnd;

// miwv-perf DATA MODEL... [-e EMBEDDER] [--rows N] [--threads N] [--repeat N] [--exact]
// For each model, in turn: miwv score, then the plain loop over the same rows, threads and settings; prints a Markdown table of ratios.
var models = new List<string>();
string? data = null, embedder = null;
int rows = 200, threads = Environment.ProcessorCount, repeat = 3;
bool exact = false;
for (int i = 0; i < args.Length; i++)
    switch (args[i])
    {
        case "-e": embedder = args[++i]; break;
        case "--rows": rows = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--threads": threads = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--repeat": repeat = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--exact": exact = true; break;
        default:
            if (data is null) data = args[i];
            else models.Add(args[i]);
            break;
    }
if (data is null || models.Count == 0)
{
    Console.Error.WriteLine("usage: miwv-perf DATA MODEL... [-e EMBEDDER] [--rows N] [--threads N] [--repeat N] [--exact]");
    return 2;
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Machine.Cpu()}, {threads} threads, {RuntimeInformation.FrameworkDescription}, {rows} rows of {Path.GetFileName(data)}, {repeat} repetitions in turn{(exact ? ", --exact" : "")}"));
Console.WriteLine();
Console.WriteLine("| model | miwv rows/s | plain loop rows/s | ratio (median, min-max) | tokens computed / least | model | mask and graph | gather | rest | difference max, mean (nats) |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
foreach (string model in models)
    Console.WriteLine(Comparison.Run(data, model, embedder, rows, threads, repeat, exact).MarkdownRow());
return 0;
