namespace Miwv.Data;

/// <summary>Files that appear whole or not at all: written under another name in the same folder, flushed to the disk and renamed.</summary>
public static class WholeFile
{
    /// <param name="what">What the file is, for the message.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, string what, Action<Stream> write)
    {
        string target = Target(path), temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            DurableFile.Replace(temporary, target);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            if (e is IOException or UnauthorizedAccessException)
                throw new UserException($"{path}: {what} cannot be written: {e.Message}", e);
            throw;
        }
    }

    /// <summary>The file itself, whatever links lead to it: a link is written through, not replaced, and one file has one name.</summary>
    public static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        return Real(File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } link ? link.FullName : full);
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
