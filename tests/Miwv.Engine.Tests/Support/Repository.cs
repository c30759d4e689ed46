namespace Miwv.Engine.Tests.Support;

/// <summary>Files of the checkout, and the real data beside it, where there is any.</summary>
internal static class Repository
{
    /// <summary>The folder ../shared, or null.</summary>
    public static string? Shared { get; } = Above("shared", "DESIGN.md");

    public static string Sample(string name) => Path.Combine(Above("samples", "tasks.json") ?? throw new DirectoryNotFoundException("samples"), name);

    private static string? Above(string folder, string file)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, folder, file))) return Path.Combine(at.FullName, folder);
        return null;
    }
}
