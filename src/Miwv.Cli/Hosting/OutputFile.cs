using Miwv.Data;

namespace Miwv.Cli.Hosting;

/// <summary>Finds out before hours of work that the result could not be written.</summary>
internal static class OutputFile
{
    /// <param name="input">A file that the result must not replace.</param>
    /// <exception cref="UserException">The file's folder is missing or not writable, the name is a folder's, or the file is the input.</exception>
    public static void Check(string path, string? input = null)
    {
        if (input is not null && WholeFile.Target(path) == WholeFile.Target(input)) throw new UserException($"{path}: is the input itself; name another file");
        string folder = Path.GetDirectoryName(WholeFile.Target(path))!; // of a link the folder where the file is written
        if (Directory.Exists(path)) throw new UserException($"{path}: is a folder; name a file");
        if (!Directory.Exists(folder)) throw new UserException($"{path}: the folder {folder} does not exist; make it first");
        string probe = Path.Combine(folder, $".miwv-{Environment.ProcessId}.tmp");
        try
        {
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            if (File.Exists(path)) File.Open(path, FileMode.Open, FileAccess.Write).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
    }
}
