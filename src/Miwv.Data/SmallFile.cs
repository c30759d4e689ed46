namespace Miwv.Data;

/// <summary>Files that are read as a whole: templates, settings, a run's own JSON. None of them is long, and what is would fill the memory.</summary>
public static class SmallFile
{
    /// <param name="most">Bytes; a longer file, or a device without an end, is refused when so much of it has been read.</param>
    /// <exception cref="UserException">The file is longer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Read(string path, int most)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var bytes = new byte[Math.Min(most, 4096)];
        int length = 0;
        for (int read; (read = file.Read(bytes, length, bytes.Length - length)) > 0;)
        {
            length += read;
            if (length < bytes.Length) continue;
            if (length == most) return file.ReadByte() < 0 ? bytes : throw new UserException($"{path}: is longer than {most >> 20} MiB, which no file of its kind is; name another");
            Array.Resize(ref bytes, (int)Math.Min(most, 2L * length));
        }
        return bytes[..length];
    }
}
