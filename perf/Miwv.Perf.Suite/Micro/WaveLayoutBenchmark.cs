using BenchmarkDotNet.Attributes;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.Micro;

/// <summary>Every wave of a plan laid out as a batch with its targets, against five plain arrays filled token by token.</summary>
public sealed class WaveLayoutBenchmark : MicroBenchmark, IDisposable
{
    private const int Times = 4;
    private static readonly Lazy<WavePlan> Waves = new(PlannerBenchmark.Plan);
    private DecodeBatch batch = null!;
    private WaveBuilder builder = null!;
    private readonly int[][] arrays = [new int[512], new int[512], new int[512], new int[512], new int[512]];

    public override string Name => "wave layout";
    public override string Against => "five arrays filled by a loop";
    public override long? MostBytes => 0;
    public override int Units => Times;

    [GlobalSetup]
    public void Prepare()
    {
        batch = new DecodeBatch(Waves.Value.Limits.Tokens);
        builder = new WaveBuilder(Waves.Value);
        Unit();
    }

    [GlobalCleanup]
    public void Dispose() => batch.Dispose();

    protected override void Unit()
    {
        for (int step = 0; step < Waves.Value.Count; step++) builder.Build(step, batch);
    }

    protected override void Fixed()
    {
        for (int n = 0; n < Times; n++)
            for (int step = 0; step < Waves.Value.Count; step++)
            {
                int count = Waves.Value[step].Tokens;
                for (int i = 0; i < count; i++)
                {
                    arrays[0][i] = i;
                    arrays[1][i] = arrays[4][i] + 1;
                    arrays[2][i] = step;
                    arrays[3][i] = arrays[0][i] ^ step;
                    arrays[4][i] = arrays[3][i];
                }
            }
    }
}
