using System.IO.Compression;

namespace Miwv.Data;

/// <summary>Writes chosen rows as they stand in the input, byte for byte, in the input's container: a JSON array or JSON Lines.</summary>
public static class SelectionWriter
{
    /// <summary>
    /// Writes the rows to a file, gzip if its name ends in .gz. The file appears whole or not at all: it is written under
    /// another name in the same folder, flushed to the disk and renamed.
    /// </summary>
    /// <exception cref="UserException">The file cannot be written, is the input itself, or the input was changed.</exception>
    public static void Write(RowFile rows, IEnumerable<int> chosen, string path)
    {
        string target = Target(path);
        if (target == Target(rows.Path))
            throw new UserException($"{path}: is the input itself; name another file for the selection");
        if (Directory.Exists(target))
            throw new UserException($"{path}: is a folder; name a file for the selection");
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                if (target.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                {
                    using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
                    Write(rows, chosen, gzip);
                }
                else
                {
                    Write(rows, chosen, file);
                }
                file.Flush(flushToDisk: true);
            }
            DurableFile.Replace(temporary, target);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            if (e is IOException or UnauthorizedAccessException)
                throw new UserException($"{path}: the selection cannot be written: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Writes the rows to a stream.</summary>
    /// <exception cref="UserException">The input was changed since it was opened.</exception>
    public static void Write(RowFile rows, IEnumerable<int> chosen, Stream output)
    {
        rows.ThrowIfChanged();
        bool array = rows.Container == RowContainer.Array;
        bool first = true;
        if (array)
            output.Write("["u8);
        foreach (int index in chosen)
        {
            if (array)
                output.Write(first ? "\n  "u8 : ",\n  "u8);
            output.Write(rows.RawJson(index));
            if (!array)
                output.Write("\n"u8);
            first = false;
        }
        if (array)
            output.Write(first ? "]\n"u8 : "\n]\n"u8);
    }

    // A link is written through, not replaced.
    private static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } link ? link.FullName : full;
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
