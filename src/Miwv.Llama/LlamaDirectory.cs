using System.Runtime.InteropServices;
using Miwv.Data;

namespace Miwv.Llama;

/// <summary>Where the native libraries are: the user's directory, beside the program, or the pinned package of this checkout.</summary>
internal static class LlamaDirectory
{
    public const string EnvironmentVariable = "MIWV_LLAMA_DIR";

    /// <param name="cuda">Prefer the CUDA build, because this machine can use it.</param>
    public static string Find(string? named, bool cuda)
    {
        named ??= Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } value ? value : null;
        if (named is not null)
        {
            string full = Path.GetFullPath(named);
            return System.IO.Directory.Exists(full) ? full
                : throw new UserException($"{named}: no such directory (it should hold the llama.cpp v0.5.0 libraries)");
        }
        foreach (string folder in Installed(cuda))
            if (FileOf(folder, "llama") is not null)
                return folder;
        throw new UserException("libllama is not installed: run scripts/build in a checkout (the packages have it for linux-x64), or name a directory with llama.cpp v0.5.0 libraries (--llama-dir, MIWV_LLAMA_DIR)");
    }

    /// <summary>Full path of a library file such as libllama.v0.5.0.so, or null.</summary>
    public static string? FileOf(string directory, string name)
    {
        if (!System.IO.Directory.Exists(directory))
            return null;
        foreach (string path in System.IO.Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileName(path);
            if (file.StartsWith("lib", StringComparison.Ordinal)) file = file[3..];
            if (file.StartsWith(name + ".", StringComparison.Ordinal) && IsLibrary(file))
                return path;
        }
        return null;
    }

    private static bool IsLibrary(string file) =>
        file.EndsWith(".so", StringComparison.Ordinal) || file.EndsWith(".dylib", StringComparison.Ordinal) || file.EndsWith(".dll", StringComparison.Ordinal);

    // Beside a published program; where a NuGet package puts them, with and without a runtime identifier; in the packages of the checkout above it.
    private static IEnumerable<string> Installed(bool cuda)
    {
        string arch = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string os = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux";
        if (cuda) yield return Path.Combine(AppContext.BaseDirectory, "llama-cuda");
        yield return Path.Combine(AppContext.BaseDirectory, "llama");
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{(os == "mac" ? "osx" : os)}-{arch}", "native");
        yield return AppContext.BaseDirectory;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string natives = Path.Combine(at.FullName, "native", "llama");
            if (cuda) yield return Bins(Path.Combine(natives, "cuda"), $"{os}-{arch}-cuda");
            yield return Bins(natives, $"{os}-{arch}");
            yield return Bins(natives, $"{os}-{arch}-metal");
        }
    }

    private static string Bins(string folder, string package) =>
        Path.Combine(folder, "node_modules", "@node-llama-cpp", package, "bins", package);
}
