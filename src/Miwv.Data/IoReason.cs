namespace Miwv.Data;

/// <summary>Why a file could not be opened, read or written, in words that stand behind its name; .NET's own name it once more.</summary>
public static class IoReason
{
    public static string Of(Exception e, string path) => e switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "its folder does not exist",
        UnauthorizedAccessException => Directory.Exists(path) ? "it is a folder" : "permission denied",
        _ => Bare(e.Message),
    };

    // "No space left on device : '/the/path'"
    private static string Bare(string message) => message.IndexOf(" : '", StringComparison.Ordinal) is > 0 and var end ? message[..end] : message;
}
