using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Journal;

/// <summary>Appends finished steps. A record is with the operating system when Append returns (a killed process loses nothing) and on the disk within a second.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private readonly JournalLayout layout;
    private readonly uint seed;
    private byte[] buffer = new byte[4096];
    private long lastSync = Stopwatch.GetTimestamp();

    private JournalWriter(string path, FileStream stream, JournalLayout layout, uint seed) =>
        (this.path, this.stream, this.layout, this.seed) = (path, stream, layout, seed);

    /// <summary>Opens the journal for appending; <paramref name="existing"/> is what a former run left, damaged parts are dropped. It is closed.</summary>
    public static JournalWriter Open(string path, ReadOnlySpan<byte> planKey, JournalLayout layout, JournalReader? existing)
    {
        try
        {
            byte[] header = JournalFormat.Header(planKey, layout);
            if (existing is not { IsClean: true }) Rewrite(path, header, existing);
            existing?.Dispose();
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.Seek(0, SeekOrigin.End);
            return new JournalWriter(path, stream, layout, JournalFormat.Seed(header));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    /// <exception cref="UserException">The disk is full or failing; what was appended before stays valid.</exception>
    public void Append(int step, in WaveResult result)
    {
        int segments = result.Passes.Length, values = 0;
        if (layout.HasValues)
            for (int i = 0; i < segments; i++) values += layout.ValueCount(result.Passes[i], result.Bounds[i + 1] - result.Bounds[i]);
        int size = (int)JournalFormat.RecordSize((uint)segments, (uint)values);
        if (buffer.Length < size) buffer = new byte[size * 2];
        var record = buffer.AsSpan(0, size);
        BinaryPrimitives.WriteUInt32LittleEndian(record, JournalFormat.Marker);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], step);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], segments);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], values);
        int at = JournalFormat.RecordHead;
        for (int i = 0; i < segments; i++, at += JournalFormat.SegmentSize)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record[at..], result.Passes[i]);
            BinaryPrimitives.WriteInt32LittleEndian(record[(at + 4)..], result.Bounds[i + 1] - result.Bounds[i]);
            BinaryPrimitives.WriteDoubleLittleEndian(record[(at + 8)..], result.Nll[i]);
        }
        if (values > 0) WriteValues(result, MemoryMarshal.Cast<byte, float>(record[at..^4]));
        BinaryPrimitives.WriteUInt32LittleEndian(record[^4..], JournalFormat.Checksum(record[..^4], seed));
        try
        {
            stream.Write(record);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }
        if (Stopwatch.GetElapsedTime(lastSync) > TimeSpan.FromSeconds(1)) Sync();
    }

    /// <exception cref="UserException">The disk is full or failing.</exception>
    public void Sync()
    {
        try
        {
            stream.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }
        lastSync = Stopwatch.GetTimestamp();
    }

    /// <summary>The same where something went wrong already, which is then what is told.</summary>
    public void TrySync()
    {
        try
        {
            Sync();
        }
        catch (UserException)
        {
            // said by what went wrong first, or of no weight beside it
        }
    }

    public void Dispose() => stream.Dispose();

    private void WriteValues(in WaveResult result, Span<float> to)
    {
        int ids = layout.Passes.ListedIds.Count;
        for (int i = 0; i < result.Passes.Length; i++)
        {
            var wants = layout.Wants(result.Passes[i]);
            int from = result.Bounds[i], count = result.Bounds[i + 1] - from;
            if (wants.HasFlag(PassWants.LogProbs)) to = Put(result.LogProbs.Slice(from, count), to);
            if (wants.HasFlag(PassWants.Entropies)) to = Put(result.Entropies.Slice(from, count), to);
            if (wants.HasFlag(PassWants.Listed)) to = Put(result.Listed.Slice(i * ids, ids), to);
        }
    }

    private UserException NotWritten(IOException e) =>
        new($"{path}: cannot be written: {e.Message}; finished results are kept, make room and go on with --resume", e);

    private static Span<float> Put(ReadOnlySpan<float> values, Span<float> to)
    {
        values.CopyTo(to);
        return to[values.Length..];
    }

    private static void Rewrite(string path, byte[] header, JournalReader? existing)
    {
        string fresh = path + ".new";
        using (var to = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            to.Write(header);
            if (existing is not null)
                foreach (int step in existing.Steps)
                    to.Write(existing.Record(step).Bytes);
            to.Flush(flushToDisk: true);
        }
        existing?.Dispose();
        DurableFile.Replace(fresh, path);
    }
}
