using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Miwv.Data;

/// <summary>What a name leads to, as far as writing to it goes.</summary>
public enum FileKind
{
    /// <summary>Nothing is there, or a file of the ordinary kind.</summary>
    Ordinary,
    Folder,

    /// <summary>A pipe with a name, a terminal, /dev/null and the like: what is written goes on at once, and there is nothing to rename.</summary>
    Stream,

    /// <summary>A disk, a socket: not for results.</summary>
    Other,
}

/// <summary>Finds the kind of a file without opening it: to open a pipe waits for its reader.</summary>
public static partial class FileKinds
{
    private const int TypeMask = 0xF000, Pipe = 0x1000, Device = 0x2000, FolderType = 0x4000, Regular = 0x8000;

    /// <summary>The kind of what a path leads to, through all links.</summary>
    public static FileKind Of(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return FileKind.Folder;
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return OnLinux(full);
            }
            catch (EntryPointNotFoundException)
            {
                // a C library from before statx
            }
        }
        // elsewhere the usual names must do
        return !OperatingSystem.IsWindows() && full.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(full) ? FileKind.Stream : FileKind.Ordinary;
    }

    [SupportedOSPlatform("linux")]
    private static FileKind OnLinux(string path)
    {
        const int workingFolder = -100, type = 1;
        if (Status(workingFolder, path, 0, type, out var found) != 0) return FileKind.Ordinary;
        return (found.Mode & TypeMask) switch
        {
            Regular => FileKind.Ordinary,
            FolderType => FileKind.Folder,
            Pipe or Device => FileKind.Stream,
            _ => FileKind.Other,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, out StatusRecord status);

    // struct statx: unlike struct stat the same on every processor
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusRecord
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
