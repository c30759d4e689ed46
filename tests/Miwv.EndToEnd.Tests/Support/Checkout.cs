namespace Miwv.EndToEnd.Tests.Support;

/// <summary>Files of the checkout, and the real data beside it, where there is any.</summary>
internal static class Checkout
{
    public static string Data { get; } = Path.Combine(Above("samples", "tasks.json")!, "tasks.json");
    public static string Model { get; } = Path.Combine(Path.GetDirectoryName(Data)!, "tasks-llama.gguf");

    /// <summary>The folder ../shared, or null.</summary>
    public static string? Shared { get; } = Above("shared", "DESIGN.md");

    /// <summary>The folder with the two libraries that only pass for libllama; null where they were not built (scripts/build --tests).</summary>
    public static string? FakeLibraries { get; } = Above(Path.Combine("artifacts", "native", "fake"), Path.Combine("empty", "libllama.v0.5.0.so"));

    /// <summary>The library that makes calls on files fail (native/tests/fault_io.cpp); Linux only.</summary>
    public static string FaultLibrary { get; } = Path.Combine(Above(Path.Combine("artifacts", "native", "fault"), "libmiwv_fault_io.so") ?? throw new FileNotFoundException("artifacts/native/fault/libmiwv_fault_io.so: build it first (scripts/build --tests)"), "libmiwv_fault_io.so");

    /// <summary>The program, built beside these tests.</summary>
    public static string Program { get; } = Built("Miwv.Cli", "miwv");

    /// <summary>The program of samples/library.</summary>
    public static string LibrarySample { get; } = Built("Miwv.Samples.Library", "miwv-library-sample");

    /// <summary>The folder with README.md.</summary>
    public static string Root { get; } = Path.GetDirectoryName(Path.GetDirectoryName(Data))!;

    private static string Built(string project, string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, OperatingSystem.IsWindows() ? name + ".exe" : name);
        return File.Exists(program) ? program : throw new FileNotFoundException($"{program}: build it first");
    }

    private static string? Above(string folder, string file)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, folder, file))) return Path.Combine(at.FullName, folder);
        return null;
    }
}
