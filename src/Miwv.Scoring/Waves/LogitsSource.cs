using System.Runtime.InteropServices;
using Miwv.Llama.Tap;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Waves;

/// <summary>The logits of a context's last decode and the gather that can read them there.</summary>
internal sealed class LogitsSource(GraphTap tap, GatherPath path)
{
    private float[] copy = [];
    private bool onCard;

    /// <exception cref="TapException">The graph's logits are not what a gather can read.</exception>
    public LogitsView Read(int rows)
    {
        var logits = tap.Logits(rows);
        onCard = path == GatherPath.Cuda || (path == GatherPath.Auto && logits.OnCuda && CudaGather.IsUsable);
        nint address = onCard || (path == GatherPath.Auto && logits.OnHost) ? logits.Address : Copy(rows * logits.Vocabulary);
        return new LogitsView(address, rows, logits.Vocabulary, logits.Vocabulary, LogitsType.F32);
    }

    /// <summary>Computes a wave over what <see cref="Read"/> gave.</summary>
    public void Gather(in GatherWave wave)
    {
        if (onCard) CudaGather.Compute(wave);
        else CpuGather.Compute(wave);
    }

    private nint Copy(int count)
    {
        if (copy.Length < count) copy = GC.AllocateUninitializedArray<float>(count, pinned: true);
        tap.CopyLogits(copy.AsSpan(0, count));
        return Marshal.UnsafeAddrOfPinnedArrayElement(copy, 0);
    }
}
