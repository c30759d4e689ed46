namespace Miwv.Llama.Tests.Gguf;

/// <summary>The real models beside the checkout, where there are any.</summary>
internal static class SharedModels
{
    /// <summary>The folder ../shared/models of the checkout, or null.</summary>
    public static string? Folder { get; } = Find();

    public static string Path(string name) => System.IO.Path.Combine(Folder!, name);

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string shared = System.IO.Path.Combine(folder.FullName, "shared");
            if (File.Exists(System.IO.Path.Combine(shared, "DESIGN.md")))
                return System.IO.Path.Combine(shared, "models");
        }
        return null;
    }
}
