using Miwv.Perf.Models;
using Miwv.Perf.Suite.EndToEnd;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Growth;

/// <summary>How the cost of a row grows with rows, answer length, users of a demonstration and vocabulary; generated rows, a llama of 4 x 256.</summary>
internal static class GrowthRun
{
    private const int Rows = 32, Repeats = 2;
    private static readonly ModelShape Shape = ModelShape.Presets["tiny-llama"] with { Layers = 4, Width = 256, Heads = 8, KvHeads = 8, FeedForward = 688, Vocabulary = 8_000, Context = 4096 };

    public static void Run()
    {
        Console.WriteLine("Tokens come from the plan, milliseconds are processor time (one thread, best of two, ours and the plain loop's in turn).");
        string model = Model(Shape.Vocabulary);
        Sweep("rows", [16, 48, 144], rows => new EngineAndLoop("growth", model, rows));
        Sweep("words of an answer", [4, 16, 64, 256], words => new EngineAndLoop("growth", model, Rows, answerWords: words));
        Sweep("users of a demonstration", [1, 3, 7, 15, 31], users => new EngineAndLoop("growth", model, Rows, users: users));
        Sweep("vocabulary", [1_000, 8_000, 64_000], ids => new EngineAndLoop("growth", Model(ids), Rows));
    }

    private static void Sweep(string what, int[] values, Func<int, EngineAndLoop> make)
    {
        Console.WriteLine();
        Console.WriteLine($"| {what} | tokens a row: computed | least | plain loop | shared | ms a row: ours | plain loop | speed-up |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (int value in values)
        {
            using var both = make(value);
            double ours = double.PositiveInfinity, loop = ours, rows = both.Rows;
            for (int i = 0; i < Repeats; i++)
            {
                ours = Math.Min(ours, Milliseconds(both.Engine));
                loop = Math.Min(loop, Milliseconds(both.Loop));
            }
            var plan = both.Plan;
            Console.WriteLine($"| {value:N0} | {plan.Tokens / rows:F1} | {plan.Forest.NodeCount / rows:F1} | {plan.Forest.PlainTokens / rows:F1} | {(double)plan.Forest.PlainTokens / plan.Tokens:F2} | {ours / rows:F2} | {loop / rows:F2} | {loop / ours:F2} |");
        }
    }

    private static double Milliseconds(Action work)
    {
        long begin = CpuClock.Now();
        work();
        return (CpuClock.Now() - begin) / 1e6;
    }

    private static string Model(int vocabulary)
    {
        string path = Scratch.File($"llama-{vocabulary}.gguf");
        if (!File.Exists(path)) RandomModel.Create("random weights", Shape with { Vocabulary = vocabulary }, Llama.Gguf.GgufTensorType.F16, null, 1).Write(path);
        return path;
    }
}
