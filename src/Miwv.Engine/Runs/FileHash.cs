using System.Security.Cryptography;
using System.Text;
using Miwv.Data;
using Miwv.Llama.Gguf;

namespace Miwv.Engine.Runs;

/// <summary>
/// Identifies a file by content: SHA-256 of all of it up to 2 GiB, above that of its size, its first 16 MiB and 1,024 blocks of 64 KiB
/// spread evenly (tens of gigabytes would take longer to hash than the first rows to score).
/// </summary>
internal static class FileHash
{
    private const long Whole = 2L << 30;
    private const int Head = 16 << 20, Block = 64 << 10, Blocks = 1024;

    /// <returns>"sha256:..." or "sha256-sampled:..." (of a split model "sha256-parts:...").</returns>
    public static string Of(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            if (file.Length <= Whole) return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(file));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(BitConverter.GetBytes(file.Length));
            Append(file, hash, 0, Head);
            for (int i = 0; i < Blocks; i++)
                Append(file, hash, (long)((Int128)(file.Length - Block) * i / (Blocks - 1)), Block);
            return "sha256-sampled:" + Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {IoReason.Of(e, path)}", e);
        }
    }

    /// <summary>Identifies a model by all its files; of one file the hash is that file's.</summary>
    public static string Of(GgufFile model)
    {
        if (model.Parts.Count == 1) return Of(model.Path);
        return "sha256-parts:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', model.Parts.Select(Of)))));
    }

    private static void Append(FileStream file, IncrementalHash hash, long at, int length)
    {
        var buffer = new byte[length];
        file.Position = at;
        file.ReadExactly(buffer);
        hash.AppendData(buffer);
    }
}
