using System.Buffers.Binary;

namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>Turns good bytes into bad ones, the same for the same random numbers.</summary>
internal sealed class Mutator(Random random)
{
    private const int LongestPiece = 64, LongestRepeat = 20_000, MostGrowth = 64 << 10;

    // what readers trip over: ends, nests, numbers at the edge, characters that are none
    private static readonly byte[][] Pieces =
    [
        .. new[] { "{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\r", "null", "true", "-", "1e999", "-0", "9223372036854775808", "NaN", "\\ud800", "\\u0000", "{instruction}", "{history}", "--- no input ---\n", "{\"prompt_input\":", "\uFEFF", "\u202E", "(", "'", "<f4", "0, 0" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x1F, 0x8B], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F],
    ];

    private static readonly long[] Edges = [0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 127, 128, 255, 256, 4095, 4096, 65_535, 65_536, 1 << 20, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 42, 1L << 62, long.MaxValue, long.MinValue, -1, -2];

    /// <param name="good">What to change; it stays as it is.</param>
    /// <param name="other">Another input of the same reader, to splice with.</param>
    /// <param name="head">Bytes at the front where lengths, counts and names stand.</param>
    public byte[] Change(byte[] good, byte[] other, int head)
    {
        var bytes = good.ToList();
        for (int left = random.Next(1, 6); left > 0 && bytes.Count > 0; left--)
        {
            // fronts and ends are where lengths and counts stand
            int at = random.Next(4) switch { 0 => random.Next(Math.Min(128, bytes.Count)), 1 => random.Next(Math.Min(head, bytes.Count)), 2 => bytes.Count - 1 - random.Next(Math.Min(64, bytes.Count)), _ => random.Next(bytes.Count) };
            int count = Math.Min(random.Next(1, LongestPiece), bytes.Count - at);
            byte[] piece = Pieces[random.Next(Pieces.Length)];
            switch (random.Next(12))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, count); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 4: bytes.InsertRange(at, piece); break;
                case 5: Overwrite(bytes, at, piece); break;
                case 6: Overwrite(bytes, at, Number()); break;
                case 7: bytes[at] += (byte)random.Next(-4, 5); break;
                case 8 when bytes.Count < good.Length + MostGrowth && random.Next(16) == 0: // deep nests, long texts
                    bytes.InsertRange(at, Enumerable.Repeat(piece, random.Next(1, LongestRepeat) / piece.Length).SelectMany(static p => p));
                    break;
                case 9 when other.Length > 0:
                    int from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 4 * LongestPiece), other.Length - from)).ToArray());
                    break;
                case 10: // two places change place
                    int to = random.Next(bytes.Count);
                    (bytes[at], bytes[to]) = (bytes[to], bytes[at]);
                    break;
                default: bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : 1); break;
            }
        }
        return [.. bytes];
    }

    // a number at the edge, 2, 4 or 8 bytes, as binary files have them, or its digits, as texts have them
    private byte[] Number()
    {
        long value = Edges[random.Next(Edges.Length)] + random.Next(-1, 2);
        if (random.Next(3) == 0) return System.Text.Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..(2 << random.Next(3))];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] piece)
    {
        for (int i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i];
    }
}
