using System.Runtime.InteropServices;
using Miwv.Data;

namespace Miwv.Scoring.Gather;

/// <summary>
/// The gather on logits in the memory of an NVIDIA card: nothing of the size of the vocabulary leaves it. Needs the driver
/// only; whether its kernels were compiled in depends on how native/ was built.
/// </summary>
public static unsafe class CudaGather
{
    private static readonly Lazy<string?> Missing = new(WhyNot);

    /// <summary>Whether there is a card and a driver, and the library has its kernels.</summary>
    public static bool IsUsable => Missing.Value is null;

    /// <summary>One line on why not; null if usable.</summary>
    public static string? Obstacle => Missing.Value;

    /// <summary>What the native library was built with: "native sm_75 ...", "ptx sm_75" or "none".</summary>
    /// <exception cref="UserException">The native library is missing or of another ABI.</exception>
    public static string Image
    {
        get
        {
            GatherLibrary.EnsureUsable();
            return Text(GatherNative.miwv_gather_cuda_image());
        }
    }

    /// <summary>The cards the driver shows; empty without a driver.</summary>
    public static IReadOnlyList<CudaCard> Cards()
    {
        GatherLibrary.EnsureUsable();
        var cards = new List<CudaCard>();
        CudaDeviceFacts facts;
        for (int ordinal = 0; GatherNative.miwv_gather_cuda_device(ordinal, &facts) == (int)GatherStatus.Ok; ordinal++)
            cards.Add(new CudaCard(Text(facts.name), facts.total_bytes, $"{facts.capability / 10}.{facts.capability % 10}", facts.multiprocessors,
                $"{facts.driver_version / 1000}.{facts.driver_version % 1000 / 10}"));
        return cards;
    }

    /// <summary>
    /// Computes one wave; <see cref="GatherWave.Logits"/> is an address of the card, written by work that is finished.
    /// Same results as <see cref="CpuGather"/> within 1e-5 nats; the same row gives the same bits every time.
    /// Safe from several threads at once.
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="CpuGather"/>, or the logits are not in a card's memory.</exception>
    /// <exception cref="UserException">No driver, card or kernels, or the card failed.</exception>
    /// <exception cref="InsufficientMemoryException">The card or the host lacks the few bytes per pair.</exception>
    public static void Compute(in GatherWave wave)
    {
        var status = GatherCall.Run(wave, &GatherNative.miwv_gather_cuda);
        if (status != GatherStatus.Ok) GatherCall.Throw(status, wave.Logits, Text(GatherNative.miwv_gather_cuda_error()));
    }

    private static string? WhyNot()
    {
        GatherLibrary.EnsureUsable();
        if (GatherNative.miwv_gather_cuda_available() <= 0) return Text(GatherNative.miwv_gather_cuda_error());
        // a wave of nothing: the driver may refuse kernels that the library does have
        GatherJob nothing = new() { vocab = 1, row_stride = 1, threads = 1 };
        return GatherNative.miwv_gather_cuda(&nothing) == (int)GatherStatus.Ok ? null : Text(GatherNative.miwv_gather_cuda_error());
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
