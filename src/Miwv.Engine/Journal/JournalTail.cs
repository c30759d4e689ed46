using System.Buffers.Binary;

namespace Miwv.Engine.Journal;

/// <summary>Reads the records that were appended since the last look, while another process writes. It opens the journal for reading only, and only for that moment.</summary>
internal sealed class JournalTail(string path, byte[] planKey, int stepCount)
{
    private const int Chunk = 8 << 20;

    private long position = JournalFormat.HeaderSize;
    private uint lastChecksum, seed;

    /// <summary>Hands over the whole records behind the last one read. A record that is not whole yet is left for the next look.</summary>
    /// <param name="restarted">Called first if the journal was made anew (its process was killed and another goes on): all records come again.</param>
    public void Read(Action restarted, RecordReader record)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!IsThisPlans(file)) return;
            if (position > JournalFormat.HeaderSize && !LastIsThere(file))
            {
                position = JournalFormat.HeaderSize;
                restarted();
            }
            var buffer = new byte[Math.Min(Chunk, Math.Max(0, file.Length - position))];
            while (true)
            {
                file.Position = position;
                int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false), at = 0;
                while (JournalReader.SizeAt(buffer.AsSpan(at, length - at), stepCount, hasValues: true, seed) is > 0 and var size)
                {
                    record(new JournalRecord(buffer.AsSpan(at, size)));
                    lastChecksum = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + size - 4));
                    at += size;
                }
                position += at;
                if (at > 0 && length == Chunk) continue;
                // a record larger than the buffer, or the end
                if (at > 0 || length < Chunk || file.Length - position <= length) return;
                buffer = new byte[Math.Min(int.MaxValue / 2, file.Length - position)];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not begun yet, or being replaced: the next look finds it
        }
    }

    private bool IsThisPlans(FileStream file)
    {
        Span<byte> header = stackalloc byte[JournalFormat.HeaderSize];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length) return false;
        seed = JournalFormat.Seed(header);
        return header[..8].SequenceEqual(JournalFormat.Magic) && header.Slice(16, JournalFormat.KeySize).SequenceEqual(planKey);
    }

    private bool LastIsThere(FileStream file)
    {
        if (file.Length < position) return false;
        Span<byte> checksum = stackalloc byte[4];
        file.Position = position - 4;
        return file.ReadAtLeast(checksum, 4, throwOnEndOfStream: false) == 4 && BinaryPrimitives.ReadUInt32LittleEndian(checksum) == lastChecksum;
    }
}
