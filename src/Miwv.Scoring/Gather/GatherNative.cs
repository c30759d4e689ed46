using System.Runtime.InteropServices;

namespace Miwv.Scoring.Gather;

/// <summary>native/gather.h, names as there. Go through <see cref="GatherLibrary"/>, which proves the ABI first.</summary>
internal static unsafe partial class GatherNative
{
    internal const string Library = "miwv_gather";

    /// <summary><c>MIWV_GATHER_ABI</c> this assembly was written against.</summary>
    internal const int AbiVersion = 2;

    internal const int WantEntropy = 1;
    internal const int WantRank = 2;
    internal const int WantListed = 4;

    /// <summary>ABI version of the library.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_abi_version();

    /// <summary>Size of the library's <c>miwv_gather_job</c>, bytes.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_job_size();

    /// <summary>Static, zero-terminated name of the instruction set in use.</summary>
    [LibraryImport(Library)]
    internal static partial byte* miwv_gather_cpu_isa();

    /// <summary>For tests: sets the instruction set; null is the best one. Returns 0, or 1 if this CPU can't run it.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_force_isa(byte* isa);

    /// <summary>The gather over host memory. Returns a <see cref="GatherStatus"/>; unless it is 0 no output was written.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_cpu(GatherJob* job);

    /// <summary>Static, zero-terminated: "native sm_75 ...", "ptx sm_75" or "none".</summary>
    [LibraryImport(Library)]
    internal static partial byte* miwv_gather_cuda_image();

    /// <summary>Cards the CUDA gather could run on; if 0, <see cref="miwv_gather_cuda_error"/> says why.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_cuda_available();

    /// <summary>Facts about a card. Returns a <see cref="GatherStatus"/>.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_cuda_device(int ordinal, CudaDeviceFacts* device);

    /// <summary>One zero-terminated line about the calling thread's last failure; valid until its next call.</summary>
    [LibraryImport(Library)]
    internal static partial byte* miwv_gather_cuda_error();

    /// <summary>The gather over device memory. Returns a <see cref="GatherStatus"/>; unless it is 0 no output was written.</summary>
    [LibraryImport(Library)]
    internal static partial int miwv_gather_cuda(GatherJob* job);
}
