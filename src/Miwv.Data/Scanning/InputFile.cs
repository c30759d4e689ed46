using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Miwv.Data;

/// <summary>
/// The input file: a text to scan once, and then bytes to read at random. What cannot be read at random (gzip, a pipe)
/// is copied to a scratch file while it is scanned.
/// </summary>
internal sealed class InputFile : IDisposable
{
    private readonly FileStream _file;
    private readonly HashedStream _hashed;
    private readonly FileStream? _scratch;
    private readonly bool _isGzip;
    private readonly DateTime _written;
    private readonly long _length;

    private InputFile(FileStream file, HashedStream hashed, Stream text, FileStream? scratch, bool isGzip)
    {
        _file = file;
        _hashed = hashed;
        _scratch = scratch;
        _isGzip = isGzip;
        Text = text;
        _written = File.GetLastWriteTimeUtc(file.SafeFileHandle);
        _length = file.CanSeek ? file.Length : 0;
    }

    /// <summary>The decompressed bytes, once, forwards.</summary>
    public Stream Text { get; }

    /// <summary>The decompressed bytes for reading at random; complete as far as <see cref="Text"/> was read.</summary>
    public SafeFileHandle Bytes => (_scratch ?? _file).SafeFileHandle;

    public static InputFile Open(string path, RowFileOptions options, IProgress<long>? bytesRead)
    {
        FileStream file = OpenFile(path);
        FileStream? scratch = null;
        try
        {
            var hashed = new HashedStream(file, options.BufferBytes, bytesRead);
            bool gzip = hashed.Peek(2) is [0x1f, 0x8b];
            if (!gzip && file.CanSeek)
                return new InputFile(file, hashed, hashed, null, isGzip: false);
            scratch = CreateScratch(options.ScratchDirectory ?? Path.GetTempPath());
            Stream plain = gzip ? new GZipStream(hashed, CompressionMode.Decompress, leaveOpen: true) : hashed;
            return new InputFile(file, hashed, new CopyingStream(plain, scratch, options.BufferBytes), scratch, gzip);
        }
        catch
        {
            scratch?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads what is left of the file and returns the SHA-256 of its bytes as they lie on the disk.</summary>
    /// <exception cref="InvalidDataException">The gzip data was cut short.</exception>
    public string Finish(CancellationToken cancellation)
    {
        _scratch?.Flush();
        string sha256 = _hashed.Finish(cancellation);
        if (_isGzip && Text is CopyingStream { IsAtEnd: true } && !GzipTrailer.Fits(_hashed.Tail, Bytes, RandomAccess.GetLength(Bytes)))
            throw new InvalidDataException("it ends before its end mark");
        return sha256;
    }

    /// <summary>True if somebody wrote to the file since it was opened, and that can matter.</summary>
    public bool HasChanged =>
        _scratch is null && (RandomAccess.GetLength(_file.SafeFileHandle) != _length || File.GetLastWriteTimeUtc(_file.SafeFileHandle) != _written);

    public void Dispose()
    {
        _hashed.Dispose();
        _scratch?.Dispose();
        _file.Dispose();
    }

    private static FileStream OpenFile(string path)
    {
        DataPath.RefuseElsewhere(path);
        if (Directory.Exists(path))
            throw new UserException($"{path}: is a folder, not a data file");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    private static FileStream CreateScratch(string folder)
    {
        string path = Path.Combine(folder, $"miwv-rows-{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            // Gone with the process, even after kill -9: unlinked at once where the system allows it.
            FileOptions gone = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
            var scratch = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, gone);
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            return scratch;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot hold the unpacked copy of the data ({e.Message}); name another folder", e);
        }
    }
}
