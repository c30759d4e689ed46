namespace Miwv.Llama.Tests.Gguf;

/// <summary>Seeded damage to a file's header: flips, extreme numbers, moved, doubled, and missing pieces.</summary>
internal static class GgufMutation
{
    private static readonly ulong[] Extremes =
    [
        0, 1, 2, 9, 31, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1UL << 32, 1UL << 42, 1UL << 61,
        1UL << 62, (1UL << 62) + 1, 1UL << 63, long.MaxValue, ulong.MaxValue,
    ];

    public static byte[] Damage(byte[] whole, int header, Random random)
    {
        byte[] file = (byte[])whole.Clone();
        for (int times = 1 + random.Next(3); times > 0; times--)
            file = Once(file, Math.Min(header, file.Length), random);
        return file;
    }

    private static byte[] Once(byte[] file, int header, Random random)
    {
        int at = random.Next(header), other = random.Next(header), length = Math.Min(1 + random.Next(32), header - Math.Max(at, other));
        switch (random.Next(6))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2:
                int width = 1 << random.Next(4);
                return at + width <= file.Length ? file.With(at, Extremes[random.Next(Extremes.Length)], width) : file;
            case 3:
                file.AsSpan(at, length).CopyTo(file.AsSpan(other));
                return file;
            case 4:
                return [.. file.AsSpan(0, at), .. file.AsSpan(at + length)];
            default:
                return [.. file.AsSpan(0, at), .. file.AsSpan(other, length), .. file.AsSpan(at)];
        }
    }
}
