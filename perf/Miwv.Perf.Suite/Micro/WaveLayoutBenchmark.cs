using BenchmarkDotNet.Attributes;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.Micro;

/// <summary>Every wave of a plan laid out as a batch with its targets, against a chain of one multiplication a token.</summary>
public sealed class WaveLayoutBenchmark : MicroBenchmark, IDisposable
{
    private static readonly Lazy<WavePlan> Waves = new(PlannerBenchmark.Plan);
    private DecodeBatch batch = null!;
    private WaveBuilder builder = null!;
    private ulong chain = 1;

    public override string Name => "wave layout";
    public override string Against => "a multiplication a token";
    public override long? MostBytes => 0;
    public override int Units => 3;

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
        for (long i = 0; i < 8 * Waves.Value.Tokens; i++) chain = chain * 6_364_136_223_846_793_005 + 1;
    }
}
