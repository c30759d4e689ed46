using Miwv.Data;

namespace Miwv.Engine.Runs;

/// <summary>Files that are there whole or not at all: written beside, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string beside = path + ".new";
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            DurableFile.Replace(beside, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {IoReason.Of(e, path)}", e);
        }
    }
}
