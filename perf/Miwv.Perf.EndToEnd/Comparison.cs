using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Miwv.Perf.EndToEnd;

/// <summary>miwv score against the plain loop on one model: the same rows, neighbours, threads and numeric settings, run in turn.</summary>
internal sealed record Comparison(string Model, IReadOnlyList<double> Engine, IReadOnlyList<double> Plain, double TokenRatio, double ModelShare, double PrepareShare, double GatherShare, double RestShare, string Difference)
{
    public static Comparison Run(string data, string model, string? embedder, int rows, int threads, int repeat, bool exact, int gpuLayers, int? plainRows)
    {
        string scratch = Directory.CreateTempSubdirectory("miwv-perf-").FullName;
        try
        {
            var engine = new List<double>();
            var plain = new List<double>();
            double tokenRatio = 0, modelShare = 0, prepareShare = 0, gatherShare = 0, restShare = 0;
            string difference = "";
            for (int i = 0; i < repeat; i++)
            {
                string run = Path.Combine(scratch, $"run{i}");
                string flash = "auto";
                string[] command = ["score", data, "-m", model, .. embedder is null ? Array.Empty<string>() : ["-e", embedder], "--limit", Text(rows), "-t", Text(threads), "--run", run, "--json", "-q", "-ngl", Text(gpuLayers), .. exact ? new[] { "--exact" } : []];
                using var json = JsonDocument.Parse(Capture("miwv", command));
                var times = json.RootElement.GetProperty("times");
                var summary = json.RootElement.GetProperty("summary");
                double Seconds(string name) => times.GetProperty(name).GetDouble();
                int ok = summary.GetProperty("status").GetProperty("ok").GetInt32();
                engine.Add(ok / Seconds("scoring_seconds"));
                tokenRatio = (double)times.GetProperty("tokens").GetInt64() / summary.GetProperty("tokens_minimal").GetInt64();
                double parts = Seconds("model_seconds") + Seconds("mask_and_graph_seconds") + Seconds("gather_seconds") + Seconds("packing_seconds");
                modelShare = Seconds("model_seconds") / parts;
                prepareShare = Seconds("mask_and_graph_seconds") / parts;
                gatherShare = Seconds("gather_seconds") / parts;
                restShare = Seconds("packing_seconds") / parts;

                string line = Capture("miwv-plain-loop", [data, model, Path.Combine(run, "scores.jsonl"), "--threads", Text(threads), "-fa", flash, "-ngl", Text(gpuLayers), .. plainRows is { } most ? new[] { "--limit", Text(most) } : [], .. exact ? new[] { "--exact" } : []]);
                plain.Add(double.Parse(Regex.Match(line, @"([0-9.]+) rows/s").Groups[1].Value, CultureInfo.InvariantCulture));
                difference = Regex.Match(line, @"max (\S+), mean (\S+)") is { Success: true } m ? $"{m.Groups[1].Value}, {m.Groups[2].Value}" : "?";
            }
            return new Comparison(Path.GetFileNameWithoutExtension(model), engine, plain, tokenRatio, modelShare, prepareShare, gatherShare, restShare, difference);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    public string MarkdownRow()
    {
        var ratios = Engine.Zip(Plain, (a, b) => a / b).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {Model} | {Median(Engine):F2} | {Median(Plain):F2} | {Median(ratios):F2} ({ratios[0]:F2}-{ratios[^1]:F2}) | {TokenRatio:F4} | {ModelShare:P1} | {PrepareShare:P1} | {GatherShare:P1} | {RestShare:P1} | {Difference} |");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Capture(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program)) { RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode is 0 or 3 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
