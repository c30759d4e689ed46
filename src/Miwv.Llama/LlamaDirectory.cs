using System.Runtime.InteropServices;
using Miwv.Data;

namespace Miwv.Llama;

/// <summary>Where the native libraries are: the user's directory, beside the program, or the pinned package of this checkout.</summary>
internal static class LlamaDirectory
{
    public const string EnvironmentVariable = "MIWV_LLAMA_DIR";

    public static string Find(string? named)
    {
        named ??= Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } value ? value : null;
        if (named is not null)
        {
            string full = Path.GetFullPath(named);
            return System.IO.Directory.Exists(full) ? full
                : throw new UserException($"{named}: no such directory (it should hold the llama.cpp v0.5.0 libraries)");
        }
        string beside = Path.Combine(AppContext.BaseDirectory, "llama");
        if (FileOf(beside, "llama") is not null)
            return beside;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string scope = Path.Combine(at.FullName, "native", "llama", "node_modules", "@node-llama-cpp");
            if (!System.IO.Directory.Exists(scope))
                continue;
            foreach (string package in PackageNames())
            {
                string bins = Path.Combine(scope, package, "bins", package);
                if (FileOf(bins, "llama") is not null)
                    return bins;
            }
        }
        throw new UserException("libllama is not installed: run scripts/build, or name a directory with llama.cpp v0.5.0 libraries (--llama-dir, MIWV_LLAMA_DIR)");
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

    private static IEnumerable<string> PackageNames()
    {
        string arch = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string os = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux";
        yield return $"{os}-{arch}-cuda";
        yield return $"{os}-{arch}-metal";
        yield return $"{os}-{arch}";
    }
}
