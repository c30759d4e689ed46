namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>Turns good bytes into bad ones, the same for the same random numbers.</summary>
internal sealed class Mutator(Random random)
{
    private const int LongestPiece = 64;

    // what readers trip over: ends, nests, numbers at the edge, characters that are none
    private static readonly byte[][] Pieces =
    [
        .. new[] { "{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\r", "null", "true", "-", "1e999", "-0", "9223372036854775808", "NaN", "\\ud800", "\\u0000", "{instruction}", "{history}", "--- no input ---\n", "{\"prompt_input\":", "\uFEFF", "\u202E", "(", "'", "<f4", "0, 0" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x1F, 0x8B], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F],
    ];

    public byte[] Change(byte[] good)
    {
        var bytes = good.ToList();
        for (int left = random.Next(1, 6); left > 0 && bytes.Count > 0; left--)
        {
            // headers and ends are where lengths and counts stand
            int at = random.Next(3) switch { 0 => random.Next(Math.Min(128, bytes.Count)), 1 => bytes.Count - 1 - random.Next(Math.Min(64, bytes.Count)), _ => random.Next(bytes.Count) };
            int count = Math.Min(random.Next(1, LongestPiece), bytes.Count - at);
            byte[] piece = Pieces[random.Next(Pieces.Length)];
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, count); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 4: bytes.InsertRange(at, piece); break;
                case 5: for (int i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i]; break;
                default: bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : 1); break;
            }
        }
        return [.. bytes];
    }
}
