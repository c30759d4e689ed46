using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Miwv.Scoring.Passes;

namespace Miwv.Engine.Stages;

/// <summary>Finds texts with the same tokens.</summary>
internal static class EqualTexts
{
    /// <summary>For each text the first with the same tokens; itself if it is the first.</summary>
    public static int[] FirstRows(TokenTable texts, out int longest)
    {
        var first = new int[texts.Count];
        var seen = new Dictionary<UInt128, int>(texts.Count);
        Span<byte> digest = stackalloc byte[32];
        longest = 1;
        for (int i = 0; i < first.Length; i++)
        {
            longest = Math.Max(longest, texts.Length(i));
            SHA256.HashData(MemoryMarshal.AsBytes(texts[i]), digest);
            var key = MemoryMarshal.Read<UInt128>(digest);
            first[i] = seen.TryAdd(key, i) ? i : seen[key];
        }
        return first;
    }
}
