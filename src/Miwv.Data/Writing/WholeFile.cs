namespace Miwv.Data;

/// <summary>Files that appear whole or not at all: written under another name in the same folder, flushed to the disk and renamed. Pipes and devices are written to.</summary>
public static class WholeFile
{
    /// <param name="what">What the file is, for the message.</param>
    /// <param name="cancel">Ends the wait for the reader of a pipe.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, string what, Action<Stream> write, CancellationToken cancel = default)
    {
        try
        {
            switch (FileKinds.Of(path))
            {
                case FileKind.Ordinary:
                    Replace(Target(path), write);
                    break;
                case FileKind.Stream:
                    using (var stream = new PatientStream(path, cancel))
                    {
                        write(stream);
                        stream.Flush();
                    }
                    break;
                case FileKind.Folder:
                    throw new UserException($"{path}: is a folder; name a file for {what}");
                default:
                    throw new UserException($"{path}: is a disk or a socket; name a file for {what}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: {what} cannot be written: {IoReason.Of(e, path)}", e);
        }
    }

    /// <summary>The file itself, whatever links lead to it: a link is written through, not replaced, and one file has one name.</summary>
    public static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        return Real(File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } link ? link.FullName : full);
    }

    private static void Replace(string target, Action<Stream> write)
    {
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = Create(temporary, target))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            DurableFile.Replace(temporary, target);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    // who may read the former file may read the new one, and nobody else, not even while it is written
    private static FileStream Create(string temporary, string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (OperatingSystem.IsWindows() || !File.Exists(target)) return new FileStream(temporary, options);
        var mode = File.GetUnixFileMode(target);
        options.UnixCreateMode = mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var file = new FileStream(temporary, options);
        try
        {
            File.SetUnixFileMode(file.SafeFileHandle, mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a file system without such modes
        }
        return file;
    }

    // the folders on the way may be links too
    private static string Real(string full)
    {
        if (Path.GetDirectoryName(full) is not { } folder) return full;
        string here = Path.Combine(Real(folder), Path.GetFileName(full));
        return Directory.Exists(here) && Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } link ? Real(link.FullName) : here;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report.
        }
    }
}
