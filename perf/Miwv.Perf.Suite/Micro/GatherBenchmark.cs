using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Miwv.Scoring.Gather;

namespace Miwv.Perf.Suite.Micro;

/// <summary>The log-probs of 384 rows of 32,000 logits, one target each, against one SIMD sum of the same array: memory speed.</summary>
public class GatherBenchmark : MicroBenchmark
{
    private const int Rows = 384, Vocab = 32_000, Times = 3;
    private static readonly float[] Logits = Fill();
    private static readonly int[] Row = [.. Enumerable.Range(0, Rows)], Target = [.. Enumerable.Range(0, Rows).Select(i => i * 7919 % Vocab)], Bounds = [0, Rows / 3, Rows];
    private readonly float[] logProbs = new float[Rows];
    private readonly double[] nll = new double[2];
    private float sum;

    public override string Name => "gather";
    public override string Against => "SIMD sum of the logits";
    public override long? MostBytes => 0;
    public override int Units => Times;
    public override int Rounds => 9; // memory against arithmetic: what shares the machine disturbs them differently

    protected override void Unit() => CpuGather.Compute(new GatherWave
    {
        Logits = new LogitsView(Marshal.UnsafeAddrOfPinnedArrayElement(Logits, 0), Rows, Vocab, Vocab, LogitsType.F32),
        PairRow = Row,
        PairTarget = Target,
        SegmentStart = Bounds,
        LogProb = logProbs,
        SegmentNll = nll,
        Threads = 1,
    });

    protected override void Fixed()
    {
        for (int i = 0; i < Times; i++) sum = Sum(Logits);
    }

    private static float Sum(float[] values)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        ref float first = ref MemoryMarshal.GetArrayDataReference(values);
        for (nuint i = 0; i + 64 <= (nuint)values.Length; i += 64)
        {
            a += Vector512.LoadUnsafe(ref first, i);
            b += Vector512.LoadUnsafe(ref first, i + 16);
            c += Vector512.LoadUnsafe(ref first, i + 32);
            d += Vector512.LoadUnsafe(ref first, i + 48);
        }
        return Vector512.Sum(a + b + c + d);
    }

    private static float[] Fill()
    {
        var values = GC.AllocateUninitializedArray<float>(Rows * Vocab, pinned: true);
        var random = new Random(1);
        for (int i = 0; i < values.Length; i++) values[i] = 20 * random.NextSingle() - 10;
        return values;
    }
}
