namespace Miwv.EndToEnd.Tests.Ui;

/// <summary>Screens kept as text files; MIWV_GOLDEN=write makes them anew, to be looked at before they are committed.</summary>
internal static class Golden
{
    public static void Check(string name, string text)
    {
        string path = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("MIWV_GOLDEN") == "write") File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{path}: missing; MIWV_GOLDEN=write makes it");
        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Folder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "MiwvEngine.sln"))) return Path.Combine(at.FullName, "tests", "Miwv.EndToEnd.Tests", "Ui", "Golden");
        throw new DirectoryNotFoundException("no checkout above the tests");
    }
}
