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
    public int LogProbCount => BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);

    public (int Pass, int Tokens, double Nll) Segment(int index)
    {
        var at = bytes[(JournalFormat.RecordHead + index * JournalFormat.SegmentSize)..];
        return (BinaryPrimitives.ReadInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]), BinaryPrimitives.ReadDoubleLittleEndian(at[8..]));
    }

    /// <summary>Log-probs of all segments' tokens, one after the other; empty without --per-token.</summary>
    public ReadOnlySpan<float> LogProbs =>
        MemoryMarshal.Cast<byte, float>(bytes.Slice(JournalFormat.RecordHead + Segments * JournalFormat.SegmentSize, LogProbCount * 4));
}
