using Miwv.Perf.Suite.Measuring;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.Micro;

/// <summary>8,000 passes to forest and waves, against sorting 200,000 numbers.</summary>
public class PlannerBenchmark : MicroBenchmark
{
    private readonly ulong[] numbers = new ulong[200_000];

    public override string Name => "planner";
    public override string Against => "sort of 200,000 numbers";

    // order, shared lengths, three running sums of the forest, steps and ranges: 45 bytes a pass and the lists' doubling
    public override long? MostBytes => 96L * GeneratedRows.Passes.Count;
    public override int Units => 3;

    internal static WavePlan Plan() => WavePlanner.Plan(new PrefixForest(GeneratedRows.Passes), new WaveLimits(512, 512));

    protected override void Unit() => Plan();

    protected override void Fixed()
    {
        ulong state = 1;
        for (int i = 0; i < numbers.Length; i++) numbers[i] = state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
        Array.Sort(numbers);
    }
}
