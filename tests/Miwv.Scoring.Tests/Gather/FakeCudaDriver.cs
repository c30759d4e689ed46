using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

/// <summary>
/// Makes this process use the driver without a card that native/tests builds: the kernels' own code, run on the CPU, on
/// addresses of the host. Set before anything loads the gather; .NET's environment does not reach native code.
/// </summary>
internal static partial class FakeCudaDriver
{
    /// <summary>Null where it was not built: then there is no CUDA gather here at all.</summary>
    internal static string? Path { get; private set; }

    /// <summary>Whether the gather has kernels to run on it.</summary>
    internal static bool HasKernels => Path is not null && CudaGather.Image != "none";

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [ModuleInitializer]
    internal static void Use()
    {
        string? gather = GatherLibrary.Candidates(AppContext.BaseDirectory).FirstOrDefault(File.Exists);
        string fake = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(gather) ?? "", "libfake_cuda.so");
        if (OperatingSystem.IsWindows() || !File.Exists(fake)) return;
        _ = setenv("MIWV_CUDA_DRIVER", fake, 1);
        _ = setenv("MIWV_FAKE_CUDA_ANY", "1", 1);
        Path = fake;
    }
}
