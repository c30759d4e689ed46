using System.Buffers;
using System.IO.Pipelines;

namespace Miwv.Data;

/// <summary>Looks at the beginning of the text: byte order mark, blank lines, and what kind of file it is.</summary>
internal static class TextStart
{
    private const int MarkBytes = 6, HeadBytes = 4096;

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
                    byte begins = segment.Span[other];
                    pipe.AdvanceTo(buffer.Start);
                    return begins is (byte)'[' or (byte)'{' ? (begins == '[' ? RowContainer.Array : RowContainer.Lines, offset, line) : throw NotRows(path, line, pipe, cancellation);
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
            [0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [0, 0, 0xfe, 0xff, ..] or [(byte)'[' or (byte)'{', 0, ..] or [0, (byte)'[' or (byte)'{', ..]
                => "is UTF-16 or UTF-32 text; save it as UTF-8",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "is a Parquet file; export it as JSON Lines",
            [(byte)'P', (byte)'K', 3, 4, ..] => "is a zip archive; unpack it",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "is compressed with zstd; unpack it or use gzip",
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => "is compressed with xz; unpack it (xz -dk) or use gzip",
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31 or 0x17, 0x41 or 0x72] => "is compressed with bzip2; unpack it (bzip2 -dk) or use gzip",
            [(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c] => "is a 7z archive; unpack it",
            // the file and the stream format of Arrow (Feather 2 is the first), and Feather 1
            [(byte)'A', (byte)'R', (byte)'R', (byte)'O', (byte)'W', (byte)'1'] or [0xff, 0xff, 0xff, 0xff, ..] or [(byte)'F', (byte)'E', (byte)'A', (byte)'1', ..]
                => "is an Arrow or Feather file; export it as JSON Lines",
            [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => "is a GGUF model, not a data file; models go after -m and -e",
            _ => null,
        };
        if (other is not null)
            throw new UserException($"{path}: {other}");
        return length >= 3 && head[..3].SequenceEqual("\uFEFF"u8) ? 3 : 0;
    }

    private static UserException NotRows(string path, int line, PipeReader pipe, CancellationToken cancellation)
    {
        ReadResult read = pipe.ReadAtLeastAsync(HeadBytes, cancellation).AsTask().GetAwaiter().GetResult();
        byte[] head = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, HeadBytes)).ToArray();
        if (TextKind.Of(path, head) is { } kind)
            return new UserException($"{path}: {kind}");
        string rows = "rows are a JSON array ([...]) or JSON Lines (one {...} a line)";
        return head[0] is > 0x20 and < 0x7f and var first
            ? new UserException($"{path}:{line}: begins with '{(char)first}'; {rows}")
            : new UserException($"{path}:{line}: begins with the byte 0x{head[0]:X2}; {rows}, as UTF-8 text");
    }
}
