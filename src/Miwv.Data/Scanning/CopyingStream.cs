namespace Miwv.Data;

/// <summary>Copies all that is read through it to the scratch file.</summary>
internal sealed class CopyingStream(Stream inner, FileStream scratch, int readBytes) : ForwardStream
{
    /// <summary>True once the end of the inner stream was seen.</summary>
    public bool IsAtEnd { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer[..Math.Min(buffer.Length, readBytes)]);
        IsAtEnd |= count == 0;
        try
        {
            scratch.Write(buffer[..count]);
        }
        catch (IOException e)
        {
            throw new UserException(
                $"{Path.GetDirectoryName(scratch.Name)}: cannot write the unpacked copy of the data there ({e.Message}); free some space or name another folder", e);
        }
        return count;
    }
}
