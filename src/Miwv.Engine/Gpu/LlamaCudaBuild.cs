using Miwv.Scoring.Gather;

namespace Miwv.Engine.Gpu;

/// <summary>
/// What the pinned CUDA build of llama.cpp can run on: it was made with CUDA 13.1, with machine code for compute capability 8.6, 8.9, 12.0 and
/// 12.1 (and later ones of the same major number) and PTX for all others, and a driver translates no PTX newer than itself.
/// </summary>
internal static class LlamaCudaBuild
{
    private static readonly Version Made = new(13, 1);
    private static readonly Version[] MachineCode = [new(8, 6), new(12, 0)];

    /// <summary>One line if the card's driver refuses the library's kernels; null if it takes them or says nothing that can be compared.</summary>
    public static string? Complaint(CudaCard card) =>
        Version.TryParse(card.ComputeCapability, out var capability) && Version.TryParse(card.DriverCuda, out var driver)
        && driver < Made && !MachineCode.Any(code => code.Major == capability.Major && code <= capability)
            ? $"{card.Name}: llama.cpp's CUDA libraries have no machine code for compute capability {capability}, and PTX that needs a driver for CUDA {Made} (590 or later; this one is for {driver}): install one, or compute on the CPU with -ngl 0"
            : null;
}
