using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Journal;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Metrics.Passes;
using Miwv.Retrieval;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Following;

/// <summary>
/// rows.map: which row each pass of a journal belongs to, for those who look on while it grows. Little endian: "MIWVROWS", u32 version,
/// u32 zero, 32 bytes plan key, u32 rows, u32 steps, i64 tokens of the plan, i64 tokens of a plain loop; then columns: rows x f64 cosine,
/// rows x f64 zero-shot and rows x f64 one-shot loss known before (NaN = none), rows x i32 zero-shot pass, one-shot pass, passes directly before
/// each that hold its earlier turns, answer tokens, neighbour (−1 = none), steps x i32 tokens, rows x u8 status, rows x u8 role in a cascade; u32 CRC32C.
/// </summary>
internal sealed record RowMap(byte[] Key, long PlanTokens, long PlainTokens, double[] Cosine, double[] KnownZero, double[] KnownOne, int[] ZeroShot, int[] OneShot, int[] Earlier, int[] AnswerTokens, int[] Neighbor, int[] StepTokens, RowStatus[] Status, CascadeRole[] Roles)
{
    private const uint Version = 3;
    private const int HeaderSize = 72, KeySize = 32;

    public int Count => Status.Length;

    public static RowMap Of(RowPasses passes, KnnGraph neighbors, WavePlan plan, byte[] key, PassResults known, CascadeRows? cascade)
    {
        int count = passes.Status.Length;
        double[] Known(int[] pass) => [.. pass.Select(known.Loss)];
        return new RowMap(key, plan.Tokens, plan.Forest.PlainTokens, [.. Enumerable.Range(0, count).Select(row => neighbors.Cosines(row)[0])],
            Known(passes.ZeroShot), Known(passes.OneShot), passes.ZeroShot, passes.OneShot, [.. passes.ZeroShot.Select(pass => pass < 0 ? 0 : passes.Passes.Earlier(pass))], passes.AnswerTokens,
            [.. Enumerable.Range(0, count).Select(row => neighbors.Neighbors(row)[0])], [.. Enumerable.Range(0, plan.Count).Select(step => plan[step].Tokens)], passes.Status, cascade?.Roles ?? new CascadeRole[count]);
    }

    /// <summary>A map that cannot be written is none: it is only for looking on.</summary>
    public void Write(string path)
    {
        try
        {
            AtomicFile.Write(path, WriteTo);
        }
        catch (UserException)
        {
            // a full disk: the journal says so
        }
    }

    /// <summary>Null if there is none, or it is another program's or damaged.</summary>
    public static RowMap? Read(string path)
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // column by column: of a million rows all together are 46 MB
    internal void WriteTo(Stream stream)
    {
        uint crc = Crc32C.Start;
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        "MIWVROWS"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        Key.CopyTo(header[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[52..], StepTokens.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[56..], PlanTokens);
        BinaryPrimitives.WriteInt64LittleEndian(header[64..], PlainTokens);
        Put<byte>(header);
        Put<double>(Cosine);
        Put<double>(KnownZero);
        Put<double>(KnownOne);
        Put<int>(ZeroShot);
        Put<int>(OneShot);
        Put<int>(Earlier);
        Put<int>(AnswerTokens);
        Put<int>(Neighbor);
        Put<int>(StepTokens);
        Put<RowStatus>(Status);
        Put<CascadeRole>(Roles);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Crc32C.Finish(crc));
        stream.Write(header[..4]);

        void Put<T>(ReadOnlySpan<T> column) where T : unmanaged
        {
            var bytes = MemoryMarshal.AsBytes(column);
            crc = Crc32C.Update(crc, bytes);
            stream.Write(bytes);
        }
    }

    internal static RowMap? Parse(byte[] data)
    {
        if (data.Length < HeaderSize + 4 || !data.AsSpan(0, 8).SequenceEqual("MIWVROWS"u8) || BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(8)) != Version) return null;
        int rows = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(48)), steps = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(52));
        if (rows < 0 || steps < 0 || Size(rows, steps) != data.Length) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(data.Length - 4)) != Crc32C.Of(data.AsSpan(0, data.Length - 4))) return null;
        int at = HeaderSize;
        T[] Take<T>(int count) where T : unmanaged
        {
            T[] column = MemoryMarshal.Cast<byte, T>(data.AsSpan(at))[..count].ToArray();
            at += count * Marshal.SizeOf<T>();
            return column;
        }
        return new RowMap(data[16..(16 + KeySize)], BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(56)), BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(64)),
            Take<double>(rows), Take<double>(rows), Take<double>(rows), Take<int>(rows), Take<int>(rows), Take<int>(rows), Take<int>(rows), Take<int>(rows), Take<int>(steps),
            Array.ConvertAll(Take<byte>(rows), value => (RowStatus)value), Array.ConvertAll(Take<byte>(rows), value => (CascadeRole)value));
    }

    private static long Size(int rows, int steps) => HeaderSize + 46L * rows + 4L * steps + 4;
}
