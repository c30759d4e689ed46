namespace Miwv.Data;

/// <summary>
/// Writes to a pipe or device. Whoever is at the other end may come late, read slowly or never: every wait, that for a reader too, is in
/// a thread of its own, which is left behind when the run is stopped.
/// </summary>
internal sealed class PatientStream : Stream
{
    private readonly FileStream inner;
    private readonly CancellationToken cancel;
    private readonly byte[] block = new byte[1 << 16];
    private int held;
    private long written;

    public PatientStream(string path, CancellationToken cancel)
    {
        this.cancel = cancel;
        inner = Wait(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;

    /// <summary>Bytes written so far.</summary>
    public override long Length => written;

    public override long Position { get => written; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        written += buffer.Length;
        while (buffer.Length > 0)
        {
            if (held == block.Length) Flush();
            int part = Math.Min(buffer.Length, block.Length - held);
            buffer[..part].CopyTo(block.AsSpan(held));
            held += part;
            buffer = buffer[part..];
        }
    }

    public override void Flush()
    {
        if (held == 0) return;
        int count = held;
        held = 0;
        Wait(() =>
        {
            inner.Write(block, 0, count);
            return true;
        });
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // what is still held was not asked for: the writer failed before its flush
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private T Wait<T>(Func<T> work)
    {
        var task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Task.WaitAny([task], cancel);
        return task.GetAwaiter().GetResult();
    }
}
