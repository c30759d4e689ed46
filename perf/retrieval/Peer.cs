using System.Diagnostics;
using System.Globalization;

namespace Miwv.Perf.Retrieval;

/// <summary>Runs a program of perf/peers and reads its "name value name value" lines.</summary>
internal static class Peer
{
    internal static List<Dictionary<string, double>> Run(string folder, string program, string? blasCore, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, program)) { RedirectStandardOutput = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (blasCore is not null)
            start.Environment["OPENBLAS_CORETYPE"] = blasCore;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        var lines = new List<Dictionary<string, double>>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var values = new Dictionary<string, double>();
            for (int w = 1; w + 1 < words.Length; w++)
                if (double.TryParse(words[w + 1], CultureInfo.InvariantCulture, out double value) && !double.TryParse(words[w], out _))
                    values[words[w]] = value;
            lines.Add(values);
        }
        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"{program} failed with {process.ExitCode}");
    }
}
