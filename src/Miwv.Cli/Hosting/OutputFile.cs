using Miwv.Data;

namespace Miwv.Cli.Hosting;

/// <summary>Finds out before hours of work that the result could not be written, or would take the place of something else.</summary>
internal static class OutputFile
{
    /// <param name="inputs">Files that the result must not replace.</param>
    /// <param name="readAgain">The file is read once more when it is written: a pipe will not do.</param>
    /// <exception cref="UserException">The file's folder is missing or not writable, the name is a folder's or a disk's, or the file is an input.</exception>
    public static void Check(string path, InputFiles inputs, bool readAgain = false)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Folder:
                throw new UserException($"{path}: is a folder; name a file");
            case FileKind.Other:
                throw new UserException($"{path}: is a disk or a socket; name a file");
            case FileKind.Stream when readAgain:
                throw new UserException($"{path}: is a pipe or a device, and what is written there is read again; name a file");
            case FileKind.Stream:
                return; // to try it would wake its reader, or wait for one
        }
        inputs.Refuse(path);
        string folder = Path.GetDirectoryName(WholeFile.Target(path))!; // of a link the folder where the file is written
        if (!Directory.Exists(folder)) throw new UserException($"{path}: the folder {folder} does not exist; make it first");
        string probe = Path.Combine(folder, $".miwv-{Environment.ProcessId}.tmp");
        try
        {
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            if (File.Exists(path)) File.Open(path, FileMode.Open, FileAccess.Write).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {IoReason.Of(e, path)}", e);
        }
    }
}
