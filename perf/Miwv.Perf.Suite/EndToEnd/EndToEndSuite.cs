using Miwv.Perf.Models;
using Miwv.Perf.Suite.Comparing;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.EndToEnd;

/// <summary>Scoring by waves against the plain loop: one thread each, the same rows, neighbours and numeric settings.</summary>
internal static class EndToEndSuite
{
    private const string Against = "plain loop over libllama";

    public static IEnumerable<Subject> All()
    {
        const string sample = "samples/tasks-llama.gguf", shape = "llama-12x768-32k";
        yield return new Subject("sample model", 3, rounds => File.Exists(sample)
            ? Run("sample model", sample, 60, rounds)
            : Measured.Not("sample model", Against, $"{sample} is not there"));
        yield return new Subject("llama 12 x 768", 2, rounds => Run("llama 12 x 768", Made(shape), 10, rounds));
    }

    private static Measured Run(string name, string model, int rows, int rounds)
    {
        using var both = new EngineAndLoop(name, model, rows);
        var times = new List<(double, double)>();
        for (int round = 0; round < rounds; round++)
        {
            long begin = CpuClock.Now();
            both.Engine();
            long middle = CpuClock.Now();
            both.Loop();
            times.Add((middle - begin, CpuClock.Now() - middle));
        }
        return Measured.Of(name, Against, times, both.BytesPerWave, EngineAndLoop.MostBytesPerWave);
    }

    private static string Made(string shape)
    {
        string path = Path.Combine("artifacts", "perf", shape + "-f16.gguf");
        if (File.Exists(path)) return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        RandomModel.Create("random weights, " + shape, ModelShape.Presets[shape], Llama.Gguf.GgufTensorType.F16, null, 1).Write(path);
        return path;
    }
}
