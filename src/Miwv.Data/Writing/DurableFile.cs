using System.Runtime.InteropServices;

namespace Miwv.Data;

/// <summary>Puts a finished file in its place so that not even a power failure undoes it.</summary>
public static partial class DurableFile
{
    /// <summary>Renames a written and flushed file over <paramref name="path"/> and flushes the folder, where the new name is kept.</summary>
    /// <exception cref="IOException">The file cannot be renamed, or the folder not flushed.</exception>
    public static void Replace(string written, string path)
    {
        File.Move(written, path, overwrite: true);
        if (!OperatingSystem.IsWindows()) FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void FlushFolder(string folder)
    {
        const int readOnly = 0, ioError = 5;
        int file = Open(folder, readOnly);
        if (file < 0) return; // not ours to read: nothing more can be done
        // some file systems have no such call for folders; a disk that fails is another matter
        bool failed = Flush(file) != 0 && Marshal.GetLastPInvokeError() == ioError;
        _ = Close(file);
        if (failed) throw new IOException($"{folder}: the disk failed while a file was renamed");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
