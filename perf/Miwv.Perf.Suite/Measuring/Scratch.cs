namespace Miwv.Perf.Suite.Measuring;

/// <summary>A folder for the files that benchmarks make, gone when the program ends.</summary>
internal static class Scratch
{
    private static readonly Lazy<string> Folder = new(() => Directory.CreateTempSubdirectory("miwv-suite-").FullName);

    public static string File(string name) => Path.Combine(Folder.Value, name);

    public static void Delete()
    {
        if (Folder.IsValueCreated) Directory.Delete(Folder.Value, recursive: true);
    }
}
