using System.Runtime.InteropServices;
using Miwv.Llama.Tap;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Waves;

/// <summary>The logits of a context's last decode and the gather that can read them there.</summary>
internal sealed class LogitsSource
{
    private readonly GraphTap tap;
    private readonly GatherPath path;
    private readonly GraphGather? inGraph;
    private float[] copy = [];
    private bool onCard;

    /// <summary>Whether the logits of the last decode lay on a device; false before the first.</summary>
    public bool IsOnDevice { get; private set; }

    private GraphGather? InGraph => inGraph is { IsActive: true } ? inGraph : null;

    /// <param name="tap">A tap whose context is not made yet.</param>
    /// <param name="entropies">Entropies will be wanted.</param>
    /// <param name="listed">Number of ids whose logits will be wanted.</param>
    /// <param name="rows">Most rows of logits of one decode.</param>
    public LogitsSource(GraphTap tap, GatherPath path, bool entropies, int listed, int rows, int vocabulary)
    {
        this.tap = tap;
        this.path = path == GatherPath.InGraph ? GatherPath.HostCopy : path;
        if (entropies || !GraphGather.Holds(rows, vocabulary) || path is not (GatherPath.Auto or GatherPath.InGraph)) return;
        var place = path == GatherPath.InGraph ? GatherPlace.Anywhere : CudaGather.IsUsable ? GatherPlace.NotOnHostNorCuda : GatherPlace.NotOnHost;
        // a row has one target, but where two passes part
        inGraph = tap.GatherInGraph(rows * (2 + listed), place);
    }

    /// <summary>Before every decode: what will be gathered of it.</summary>
    public void Ask(ReadOnlySpan<int> pairRow, ReadOnlySpan<int> pairTarget, int rows, ReadOnlySpan<int> listedIds, int vocabulary) =>
        InGraph?.Ask(pairRow, pairTarget, rows, listedIds, vocabulary);

    /// <exception cref="TapException">The graph's logits are not what a gather can read.</exception>
    public LogitsView Read(int rows)
    {
        var logits = tap.Logits(rows);
        IsOnDevice = !logits.OnHost;
        onCard = path == GatherPath.Cuda || (path == GatherPath.Auto && logits.OnCuda && CudaGather.IsUsable);
        bool where = onCard || InGraph is not null || (path == GatherPath.Auto && logits.OnHost);
        nint address = where ? logits.Address : Copy(rows * logits.Vocabulary);
        return new LogitsView(address, rows, logits.Vocabulary, logits.Vocabulary, LogitsType.F32);
    }

    /// <summary>Computes a wave over what <see cref="Read"/> gave.</summary>
    public void Gather(in GatherWave wave)
    {
        if (InGraph is { } graph)
        {
            graph.Read(wave.PairRow, wave.Logits.Rows, wave.LogProb, wave.RowListed);
            AddSegments(wave);
        }
        else if (onCard) CudaGather.Compute(wave);
        else CpuGather.Compute(wave);
    }

    // in order and in fp64, as the other gathers do
    private static void AddSegments(in GatherWave wave)
    {
        for (int segment = 0; segment < wave.SegmentNll.Length; segment++)
        {
            double nll = 0;
            foreach (float logProb in wave.LogProb[wave.SegmentStart[segment]..wave.SegmentStart[segment + 1]]) nll -= logProb;
            wave.SegmentNll[segment] = nll;
        }
    }

    private nint Copy(int count)
    {
        if (copy.Length < count) copy = GC.AllocateUninitializedArray<float>(count, pinned: true);
        tap.CopyLogits(copy.AsSpan(0, count));
        return Marshal.UnsafeAddrOfPinnedArrayElement(copy, 0);
    }
}
