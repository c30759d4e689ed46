using System.Runtime.InteropServices;

namespace Miwv.Llama;

/// <summary>What libllama's CUDA build needs beside itself, and where it is on this machine.</summary>
/// <param name="Driver">"libcuda.so.1" if the loader finds it; null without an NVIDIA driver.</param>
/// <param name="Cards">Cards the driver shows.</param>
/// <param name="Libraries">File name → full path, name alone if the system's loader finds it, or null.</param>
public sealed unsafe record CudaRuntime(string? Driver, int Cards, IReadOnlyList<(string File, string? Path)> Libraries)
{
    private const string DriverFile = "libcuda.so.1";

    // in the order in which they must be loaded: cuBLAS needs cuBLASLt
    private static readonly string[] Needed = ["libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13"];
    private static readonly Lazy<CudaRuntime> Machine = new(Search);

    /// <summary>This machine's; looked for once.</summary>
    public static CudaRuntime Found => Machine.Value;

    /// <summary>True if the CUDA build of libllama can compute here.</summary>
    public bool IsComplete => Cards > 0 && Libraries.All(l => l.Path is not null);

    /// <summary>One line on what is missing though there is a card; null if nothing is, or there is no card.</summary>
    public string? Complaint => Cards == 0 || IsComplete ? null
        : $"there is an NVIDIA card, but {string.Join(", ", Libraries.Where(l => l.Path is null).Select(l => l.File))} cannot be found: install the CUDA 13 runtime libraries (cudart, cublas) or add their folder to LD_LIBRARY_PATH";

    /// <summary>Loads the libraries that lie where the system's loader does not look, so that libggml-cuda finds them loaded.</summary>
    public void Preload()
    {
        foreach (var (_, path) in Libraries)
            if (path is not null && Path.IsPathRooted(path)) NativeLibrary.TryLoad(path, out _);
    }

    /// <summary>Folders looked through, best first; also those that do not exist.</summary>
    internal static IEnumerable<string> Folders(Func<string, string?> variable)
    {
        yield return Path.Combine(AppContext.BaseDirectory, "cuda");
        foreach (string folder in (variable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        foreach (string name in (string[])["CUDA_HOME", "CUDA_PATH"])
            if (variable(name) is { Length: > 0 } home)
            {
                yield return Path.Combine(home, "lib64");
                yield return Path.Combine(home, "targets", "x86_64-linux", "lib");
            }
        foreach (string folder in Matching("/usr/local", "cuda-13*").Prepend("/usr/local/cuda")) yield return Path.Combine(folder, "lib64");
        yield return "/usr/lib/x86_64-linux-gnu";
        yield return "/usr/lib/wsl/lib";
        foreach (string packages in PythonPackages(variable))
            foreach (string part in Matching(Path.Combine(packages, "nvidia"), "*")) yield return Path.Combine(part, "lib");
    }

    // PyTorch brings the same libraries in nvidia/*/lib below the Python that it is installed in.
    private static IEnumerable<string> PythonPackages(Func<string, string?> variable)
    {
        // an environment that is only on the PATH sets no variable
        var called = (variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(folder => File.Exists(Path.Combine(folder, "python3"))).Select(Path.GetDirectoryName);
        string?[] roots = [variable("VIRTUAL_ENV"), variable("CONDA_PREFIX"), .. called, variable("HOME") is { } home ? Path.Combine(home, ".local") : null, "/usr/local", "/usr"];
        foreach (string? root in roots)
        {
            if (root is null) continue;
            foreach (string python in Matching(Path.Combine(root, "lib"), "python3*"))
            {
                yield return Path.Combine(python, "site-packages");
                yield return Path.Combine(python, "dist-packages");
            }
        }
    }

    private static IEnumerable<string> Matching(string folder, string pattern)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetDirectories(folder, pattern).OrderDescending(StringComparer.Ordinal) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static CudaRuntime Search()
    {
        if (!OperatingSystem.IsLinux()) return new CudaRuntime(null, 0, []);
        int cards = 0;
        string? driver = null;
        if (NativeLibrary.TryLoad(DriverFile, out nint library))
        {
            driver = DriverFile;
            cards = CountCards(library);
        }
        var folders = Folders(Environment.GetEnvironmentVariable).Distinct().ToList();
        return new CudaRuntime(driver, cards, [.. Needed.Select(file => (file, Locate(file, folders)))]);
    }

    private static string? Locate(string file, IEnumerable<string> folders)
    {
        if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is { } path) return path;
        return NativeLibrary.TryLoad(file, out _) ? file : null;
    }

    private static int CountCards(nint driver)
    {
        if (!NativeLibrary.TryGetExport(driver, "cuInit", out nint init) || !NativeLibrary.TryGetExport(driver, "cuDeviceGetCount", out nint count)) return 0;
        int cards = 0;
        return ((delegate* unmanaged<uint, int>)init)(0) == 0 && ((delegate* unmanaged<int*, int>)count)(&cards) == 0 ? cards : 0;
    }
}
