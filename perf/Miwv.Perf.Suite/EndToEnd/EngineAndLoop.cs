using Miwv.Engine;
using Miwv.Perf.Retrieval;
using Miwv.Perf.Scale;
using Miwv.Perf.Suite.Measuring;
using Miwv.Retrieval;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.EndToEnd;

/// <summary>A run of generated rows on one model, ready to be scored in two ways.</summary>
internal sealed class EngineAndLoop : IDisposable
{
    // a step beyond the first allocates nothing but what the library's binding boxes
    public const long MostBytesPerWave = 0;

    private readonly string name;
    private readonly MiwvRun run;
    private readonly WavePool pool;
    private readonly Miwv.Engine.Verification.PlainLoop loop;
    private readonly List<(int[] Tokens, int From)> sequences = [];

    /// <param name="answerWords">Words of every answer; null = as in Alpaca.</param>
    /// <param name="users">Rows that each demonstration is shown to; null = uneven.</param>
    public EngineAndLoop(string name, string model, int rows, int? answerWords = null, int? users = null)
    {
        this.name = name;
        string id = Path.GetFileNameWithoutExtension(model), data = Scratch.File($"{id}.jsonl"), npy = Scratch.File($"{id}.npy");
        RowGenerator.Write(data, rows, 1, answerWords);
        SyntheticVectors.Write(npy, rows, 8, 1);
        var settings = new RunSettings { DataPath = data, ModelPath = model, VectorsPath = npy, Threads = 1, GpuLayers = 0 };
        string directory = Scratch.File($"{id}-run-{Guid.NewGuid():N}");
        run = MiwvRun.Open(settings, directory, resume: false, null, _ => { }, CancellationToken.None);
        KnnGraphFile.Save(run.Directory.NeighborsFile, users is { } many ? GivenGraph.Shared(rows, many) : GivenGraph.Of(rows), run.Inputs.NeighborKey(settings, run.Facts, 1));
        Plan = run.Plan();
        var sizing = WaveSizing.For(run.Inputs.ModelFile, run.Model, settings);
        pool = new WavePool(run.Model, Plan, new ExecutorOptions(1, Exact: false, sizing.FlashAttention), contexts: 1);
        var passes = Plan.Forest.Passes;
        for (int pass = 0; pass < passes.Count; pass++)
        {
            var tokens = new int[passes.Length(pass)];
            passes.CopyTokens(pass, 0, tokens);
            sequences.Add((tokens, passes.ScoredFrom(pass)));
        }
        loop = new Miwv.Engine.Verification.PlainLoop(run.Model, sequences.Max(s => s.Tokens.Length), 1, exact: false);
        Score(_ => false);
        loop.Nll(sequences[0].Tokens, sequences[0].From);
        CountBytes();
    }

    public WavePlan Plan { get; }
    public int Rows => run.Rows.Count;

    /// <summary>Managed bytes of one wave, after a first pass over all.</summary>
    public long BytesPerWave { get; private set; }

    public void Engine()
    {
        int times = Slowdown.Times(name, 10);
        Score(_ => false);
        // a seeded slow-down of x scores so many tenths of the steps once more
        if (times > 10) Score(step => step % 10 >= times - 10);
    }

    public void Loop()
    {
        foreach (var (tokens, from) in sequences) loop.Nll(tokens, from);
    }

    private void Score(Func<int, bool> isDone) => pool.Run(isDone, static (int _, in WaveResult _) => { }, CancellationToken.None);

    // what a wave allocates it allocates every time: what the runtime does once, somewhere, while it compiles is left out
    private void CountBytes()
    {
        var least = new long[Plan.Count];
        Array.Fill(least, long.MaxValue);
        for (int pass = 0; pass < 2; pass++)
        {
            long previous = 0;
            pool.Run(_ => false, (int step, in WaveResult _) =>
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                if (step > 0) least[step] = Math.Min(least[step], now - previous);
                previous = GC.GetAllocatedBytesForCurrentThread();
            }, CancellationToken.None);
        }
        BytesPerWave = least.Skip(1).Max();
    }

    public void Dispose()
    {
        loop.Dispose();
        pool.Dispose();
        run.Dispose();
    }
}
