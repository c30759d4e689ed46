using Miwv.Data;

namespace Miwv.Scoring.Gather;

/// <summary>
/// Log-probs of target tokens and NLL sums of segments, from logits in host memory, each row read once.
/// Accurate to 1e-5 nats (or float rounding of the result, if larger) whatever the size of the logits.
/// </summary>
public static unsafe class CpuGather
{
    /// <summary>Computes one wave; allocates nothing on the managed heap. Safe from several threads at once.</summary>
    /// <param name="wave">Inputs, and the arrays that receive the outputs.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit together, or a row, target, listed id or segment
    /// bound out of range; no output was written.</exception>
    /// <exception cref="UserException">The native library is missing or of another ABI.</exception>
    /// <exception cref="InsufficientMemoryException">The library could not allocate its few bytes per pair.</exception>
    public static void Compute(in GatherWave wave)
    {
        var status = GatherCall.Run(wave, &GatherNative.miwv_gather_cpu);
        if (status != GatherStatus.Ok) GatherCall.Throw(status, wave.Logits, "the native library ran out of memory");
    }
}
