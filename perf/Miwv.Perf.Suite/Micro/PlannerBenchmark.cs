using Miwv.Perf.Suite.Measuring;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.Micro;

/// <summary>8,000 passes to forest and waves, against sorting the same token sequences laid out as plain arrays: as much memory, read as irregularly.</summary>
public class PlannerBenchmark : MicroBenchmark
{
    private const int Times = 3;

    private static readonly Lazy<int[][]> Sequences = new(() => [.. Enumerable.Range(0, GeneratedRows.Passes.Count).Select(pass =>
    {
        var tokens = new int[GeneratedRows.Passes.Length(pass)];
        GeneratedRows.Passes.CopyTokens(pass, 0, tokens);
        return tokens;
    })]);

    public override string Name => "planner";
    public override string Against => "sort of the sequences as arrays";

    // order, shared lengths, three running sums of the forest, steps and ranges: 45 bytes a pass and the lists' doubling
    public override long? MostBytes => 96L * GeneratedRows.Passes.Count;
    public override int Units => Times;

    internal static WavePlan Plan() => WavePlanner.Plan(new PrefixForest(GeneratedRows.Passes), new WaveLimits(512, 512));

    protected override void Unit() => Plan();

    protected override void Fixed()
    {
        for (int i = 0; i < Times; i++) Array.Sort([.. Sequences.Value], static (a, b) => a.AsSpan().SequenceCompareTo(b));
    }
}
