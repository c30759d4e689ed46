using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Miwv.Data;

namespace Miwv.Engine.Journal;

/// <summary>
/// Finds the valid records of a journal, mapped and never copied. A torn or damaged record is passed over: reading goes on at the next
/// marker with a right checksum, so that damage in the middle costs the damaged step and nothing behind it.
/// </summary>
internal sealed unsafe class JournalReader : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* data;
    private readonly long length;
    // of each step's record; place 0 is the header's and means that there is none
    private readonly long[] places;
    private readonly int[] sizes;
    private bool disposed;

    private JournalReader(string path, long length, int stepCount)
    {
        this.length = length;
        (places, sizes) = (new long[stepCount], new int[stepCount]);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        data = pointer;
    }

    /// <summary>Number of steps with a valid record.</summary>
    public int Count { get; private set; }

    /// <summary>Steps with a valid record, ascending.</summary>
    public IEnumerable<int> Steps => Enumerable.Range(0, places.Length).Where(Has);

    public bool Has(int step) => places[step] != 0;

    /// <summary>True if the file holds nothing but the header and valid records, each once.</summary>
    public bool IsClean { get; private set; } = true;

    /// <param name="stepCount">Records of steps beyond the plan are not valid.</param>
    /// <returns>Null if the file has no room for a header (a run that was killed before it began one).</returns>
    /// <exception cref="UserException">The journal belongs to another plan or is of another format, or cannot be read.</exception>
    public static JournalReader? Open(string path, ReadOnlySpan<byte> planKey, JournalLayout layout, int stepCount)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.Length < JournalFormat.HeaderSize) return null;
        JournalReader? reader = null;
        try
        {
            reader = new JournalReader(path, info.Length, stepCount);
            var expected = JournalFormat.Header(planKey, layout);
            reader.CheckHeader(path, expected);
            reader.Scan(layout, JournalFormat.Seed(expected));
            return reader;
        }
        catch (Exception e)
        {
            reader?.Dispose();
            if (e is IOException or UnauthorizedAccessException) throw new UserException($"{path}: cannot be read: {IoReason.Of(e, path)}", e);
            throw;
        }
    }

    public JournalRecord Record(int step)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!Has(step)) throw new KeyNotFoundException($"step {step} has no record");
        return new JournalRecord(new ReadOnlySpan<byte>(data + places[step], sizes[step]));
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    // A damaged header is no header: the records say themselves whether they are this plan's.
    private void CheckHeader(string path, ReadOnlySpan<byte> expected)
    {
        var header = new ReadOnlySpan<byte>(data, JournalFormat.HeaderSize);
        IsClean = header.SequenceEqual(expected);
        if (IsClean || !header.StartsWith(JournalFormat.Magic) || !JournalFormat.IsSound(header)) return;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        throw new UserException(version is JournalFormat.SumsVersion or JournalFormat.ValuesVersion
            ? $"{path}: this journal belongs to another plan (other rows, model or wave settings); use another --run directory"
            : $"{path}: this journal is of format {version}, this program reads {JournalFormat.SumsVersion} and {JournalFormat.ValuesVersion}; use another --run directory, or delete the file to score again");
    }

    private void Scan(JournalLayout layout, uint seed)
    {
        for (long at = JournalFormat.HeaderSize; at < length;)
        {
            int size = SizeAt(new ReadOnlySpan<byte>(data + at, (int)Math.Min(length - at, int.MaxValue)), places.Length, layout.HasValues, seed);
            if (size == 0)
            {
                IsClean = false;
                at += 4;
                continue;
            }
            int step = new JournalRecord(new ReadOnlySpan<byte>(data + at, size)).Step;
            if (Has(step)) IsClean = false;
            else
            {
                (places[step], sizes[step]) = (at, size);
                Count++;
            }
            at += size;
        }
    }

    /// <summary>Size of the valid record that <paramref name="head"/> begins with; 0 = none does.</summary>
    internal static int SizeAt(ReadOnlySpan<byte> head, int stepCount, bool hasValues, uint seed)
    {
        if (head.Length < JournalFormat.RecordHead + 4) return 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != JournalFormat.Marker) return 0;
        uint step = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        uint segments = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]), values = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
        long size = JournalFormat.RecordSize(segments, values);
        if (step >= stepCount || size > head.Length || (values > 0 && !hasValues)) return 0;
        var record = head[..(int)size];
        return JournalFormat.Checksum(record[..^4], seed) == BinaryPrimitives.ReadUInt32LittleEndian(record[^4..]) ? (int)size : 0;
    }
}
