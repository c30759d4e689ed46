using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Miwv.Engine.Journal;

/// <summary>A checked record, read in place.</summary>
internal readonly ref struct JournalRecord(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public ReadOnlySpan<byte> Bytes => bytes;
    public int Step => BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
    public int Segments => BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
    public int ValueCount => BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);

    public (int Pass, int Tokens, double Nll) Segment(int index)
    {
        var at = bytes[(JournalFormat.RecordHead + index * JournalFormat.SegmentSize)..];
        return (BinaryPrimitives.ReadInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]), BinaryPrimitives.ReadDoubleLittleEndian(at[8..]));
    }

    /// <summary>True if some segment's sum is a number.</summary>
    public bool HasNumbers
    {
        get
        {
            for (int i = 0; i < Segments; i++)
                if (double.IsFinite(Segment(i).Nll)) return true;
            return false;
        }
    }

    /// <summary>What is kept beside the sums, segment by segment (<see cref="JournalFormat"/>).</summary>
    public ReadOnlySpan<float> Values =>
        MemoryMarshal.Cast<byte, float>(bytes.Slice(JournalFormat.RecordHead + Segments * JournalFormat.SegmentSize, ValueCount * 4));
}
