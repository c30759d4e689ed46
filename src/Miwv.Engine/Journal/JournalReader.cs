using System.Buffers.Binary;
using Miwv.Data;

namespace Miwv.Engine.Journal;

/// <summary>
/// Finds the valid records of a journal. A torn or damaged record is passed over: reading goes on at the next marker with a right
/// checksum, so that damage in the middle costs the damaged step and nothing behind it.
/// </summary>
internal sealed class JournalReader
{
    private readonly byte[] data;
    private readonly Dictionary<int, (int At, int Size)> records = [];

    private JournalReader(byte[] data) => this.data = data;

    /// <summary>Steps with a valid record.</summary>
    public IReadOnlyCollection<int> Steps => records.Keys;

    /// <summary>True if the file holds nothing but the header and valid records, each once.</summary>
    public bool IsClean { get; private set; } = true;

    /// <param name="stepCount">Records of steps beyond the plan are not valid.</param>
    /// <returns>Null if the file has no valid header of this plan (a run that was killed before it began one).</returns>
    /// <exception cref="UserException">The journal belongs to another plan.</exception>
    public static JournalReader? Open(string path, ReadOnlySpan<byte> planKey, JournalLayout layout, int stepCount)
    {
        if (!File.Exists(path)) return null;
        byte[] data = File.ReadAllBytes(path);
        if (data.Length < JournalFormat.HeaderSize) return null;
        var expected = JournalFormat.Header(planKey, layout);
        if (!data.AsSpan(0, JournalFormat.HeaderSize).SequenceEqual(expected))
        {
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(60));
            if (crc == Crc32C.Of(data.AsSpan(0, 60)) && data.AsSpan(0, 8).SequenceEqual(JournalFormat.Magic))
                throw new UserException($"{path}: this journal belongs to another plan (other rows, model or wave settings); use another --run directory");
        }
        var reader = new JournalReader(data);
        reader.IsClean = data.AsSpan(0, JournalFormat.HeaderSize).SequenceEqual(expected);
        reader.Scan(stepCount, layout.HasValues);
        return reader;
    }

    public JournalRecord Record(int step)
    {
        var (at, size) = records[step];
        return new JournalRecord(data.AsSpan(at, size));
    }

    private void Scan(int stepCount, bool hasValues)
    {
        int at = JournalFormat.HeaderSize;
        while (at < data.Length)
        {
            int size = SizeAt(data.AsSpan(at), stepCount, hasValues);
            if (size == 0)
            {
                IsClean = false;
                at += 4;
                continue;
            }
            int step = new JournalRecord(data.AsSpan(at, size)).Step;
            if (!records.TryAdd(step, (at, size))) IsClean = false;
            at += size;
        }
    }

    /// <summary>Size of the valid record that <paramref name="head"/> begins with; 0 = none does.</summary>
    internal static int SizeAt(ReadOnlySpan<byte> head, int stepCount, bool hasValues)
    {
        if (head.Length < JournalFormat.RecordHead + 4) return 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != JournalFormat.Marker) return 0;
        uint step = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        uint segments = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]), values = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
        long size = JournalFormat.RecordSize(segments, values);
        if (step >= stepCount || size > head.Length || (values > 0 && !hasValues)) return 0;
        var body = head[..((int)size - 4)];
        return Crc32C.Of(body) == BinaryPrimitives.ReadUInt32LittleEndian(head[((int)size - 4)..]) ? (int)size : 0;
    }
}
