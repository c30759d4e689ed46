using System.Reflection;
using System.Runtime.InteropServices;
using Miwv.Data;

namespace Miwv.Scoring.Gather;

/// <summary>
/// The native gather library: found beside the program or in <c>artifacts/native</c> of the checkout above it, and
/// used only after its ABI version and struct size were compared with this assembly's.
/// </summary>
public static unsafe class GatherLibrary
{
    private const string IsaVariable = "MIWV_GATHER_ISA";

    // Lazy keeps the exception too: a missing library is reported the same way every time.
    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>"avx512", "avx2" or "portable".</summary>
    /// <exception cref="UserException">As for <see cref="EnsureUsable"/>.</exception>
    public static string InstructionSet
    {
        get
        {
            EnsureUsable();
            return CurrentIsa();
        }
    }

    /// <summary>Full path of the loaded library.</summary>
    /// <exception cref="UserException">As for <see cref="EnsureUsable"/>.</exception>
    public static string Path => Loaded.Value;

    /// <summary>Loads and checks the library; costs nothing after the first time.</summary>
    /// <exception cref="UserException">The library is missing, can't be loaded, is of another ABI, or can't run the
    /// instruction set that MIWV_GATHER_ISA names.</exception>
    public static void EnsureUsable() => _ = Loaded.Value;

    internal static string FileName =>
        OperatingSystem.IsWindows() ? "miwv_gather.dll" : OperatingSystem.IsMacOS() ? "libmiwv_gather.dylib" : "libmiwv_gather.so";

    /// <summary>Places looked at, best first, from a program's folder up.</summary>
    internal static IEnumerable<string> Candidates(string baseDirectory)
    {
        yield return System.IO.Path.Combine(baseDirectory, FileName);
        yield return System.IO.Path.Combine(baseDirectory, "runtimes", "linux-x64", "native", FileName);
        for (DirectoryInfo? folder = new(baseDirectory); folder is not null; folder = folder.Parent)
            yield return System.IO.Path.Combine(folder.FullName, "artifacts", "native", FileName);
    }

    /// <summary>Refuses a library whose ABI differs, with both numbers.</summary>
    internal static void CheckAbi(string path, int version, int jobSize)
    {
        if (version != GatherNative.AbiVersion)
            throw new UserException($"{path}: gather ABI {version}, but this program needs {GatherNative.AbiVersion}; rebuild it with scripts/build");
        if (jobSize != sizeof(GatherJob))
            throw new UserException($"{path}: its gather job has {jobSize} bytes, but this program's has {sizeof(GatherJob)}; rebuild it with scripts/build");
    }

    /// <summary>Refuses a wish for an instruction set that the library did not grant.</summary>
    internal static void CheckIsa(string? wanted, string actual)
    {
        if (!string.IsNullOrEmpty(wanted) && wanted != actual)
            throw new UserException($"{IsaVariable}={wanted}: this CPU or library has no such instruction set (it would run {actual}); use avx512, avx2 or portable, or unset it");
    }

    private static string Load()
    {
        string path = Candidates(AppContext.BaseDirectory).FirstOrDefault(File.Exists)
            ?? throw new UserException($"{FileName}: not found beside the program in {AppContext.BaseDirectory} nor in artifacts/native above it; build it with scripts/build");
        nint handle;
        try
        {
            handle = NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserException($"{path}: cannot be loaded ({e.Message}); rebuild it with scripts/build", e);
        }
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(),
            (name, _, _) => name == GatherNative.Library ? handle : 0);
        try
        {
            CheckAbi(path, GatherNative.miwv_gather_abi_version(), GatherNative.miwv_gather_job_size());
            CheckIsa(Environment.GetEnvironmentVariable(IsaVariable), CurrentIsa());
        }
        catch (EntryPointNotFoundException e)
        {
            throw new UserException($"{path}: not a gather library ({e.Message}); rebuild it with scripts/build", e);
        }
        return path;
    }

    private static string CurrentIsa() => Marshal.PtrToStringUTF8((nint)GatherNative.miwv_gather_cpu_isa())!;
}
