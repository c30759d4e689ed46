using System.Buffers;
using System.IO.Pipelines;

namespace Miwv.Data;

/// <summary>Looks at the beginning of the text: byte order mark, blank lines, and what kind of file it is.</summary>
internal static class TextStart
{
    private const int MarkBytes = 4;

    /// <summary>Leaves the pipe at the first byte that is not white space and returns the container, and that byte's offset and line.</summary>
    /// <exception cref="UserException">The file is empty, not UTF-8, or neither a JSON array nor JSON Lines.</exception>
    public static (RowContainer Container, long Offset, int Line) Find(string path, PipeReader pipe, CancellationToken cancellation)
    {
        long offset = 0;
        int line = 1;
        bool first = true;
        while (true)
        {
            ReadResult read = pipe.ReadAtLeastAsync(MarkBytes, cancellation).AsTask().GetAwaiter().GetResult();
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (first)
            {
                long mark = Mark(path, buffer);
                buffer = buffer.Slice(mark);
                offset += mark;
                first = false;
            }
            foreach (ReadOnlyMemory<byte> segment in buffer)
            {
                int other = segment.Span.IndexOfAnyExcept(" \t\r\n"u8);
                ReadOnlySpan<byte> blank = other < 0 ? segment.Span : segment.Span[..other];
                offset += blank.Length;
                line += blank.Count((byte)'\n');
                buffer = buffer.Slice(blank.Length);
                if (other >= 0)
                {
                    RowContainer container = Container(path, line, segment.Span[other]);
                    pipe.AdvanceTo(buffer.Start);
                    return (container, offset, line);
                }
            }
            if (read.IsCompleted)
                throw new UserException($"{path}: the file is empty; it should hold rows as a JSON array or JSON Lines");
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static long Mark(string path, ReadOnlySequence<byte> buffer)
    {
        Span<byte> head = stackalloc byte[MarkBytes];
        int length = (int)Math.Min(buffer.Length, MarkBytes);
        buffer.Slice(0, length).CopyTo(head);
        string? other = head[..length] switch
        {
            [0xef, 0xbb, 0xbf, ..] => null,
            [0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [0, 0, 0xfe, 0xff] or [(byte)'[' or (byte)'{', 0, ..] or [0, (byte)'[' or (byte)'{', ..]
                => "is UTF-16 or UTF-32 text; save it as UTF-8",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1'] => "is a Parquet file; export it as JSON Lines",
            [(byte)'P', (byte)'K', 3, 4] => "is a zip archive; unpack it",
            [0x28, 0xb5, 0x2f, 0xfd] => "is compressed with zstd; unpack it or use gzip",
            [(byte)'G', (byte)'G', (byte)'U', (byte)'F'] => "is a GGUF model, not a data file; models go after -m and -e",
            _ => null,
        };
        if (other is not null)
            throw new UserException($"{path}: {other}");
        return length >= 3 && head[..3].SequenceEqual("\uFEFF"u8) ? 3 : 0;
    }

    private static RowContainer Container(string path, int line, byte first) => first switch
    {
        (byte)'[' => RowContainer.Array,
        (byte)'{' => RowContainer.Lines,
        > 0x20 and < 0x7f => throw new UserException($"{path}:{line}: begins with '{(char)first}'; rows are a JSON array ([...]) or JSON Lines (one {{...}} a line)"),
        _ => throw new UserException($"{path}:{line}: begins with the byte 0x{first:X2}; rows are a JSON array ([...]) or JSON Lines (one {{...}} a line), as UTF-8 text"),
    };
}
