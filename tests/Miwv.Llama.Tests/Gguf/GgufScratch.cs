using Miwv.Data;
using Miwv.Llama.Gguf;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>A folder for one test's files, gone afterwards.</summary>
internal sealed class GgufScratch : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("miwv-gguf-").FullName;

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public GgufFile Open(string name, ReadOnlySpan<byte> bytes) => GgufFile.Open(Write(name, bytes));

    /// <summary>The refusal of a file: one line that names it.</summary>
    public string Refusal(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Write(name, bytes);
        return OneLine(path, Assert.Throws<UserException>(() => GgufFile.Open(path)));
    }

    public static string OneLine(string path, UserException error)
    {
        Assert.StartsWith($"{path}: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(error.Message, static c => char.IsControl(c));
        return error.Message[(path.Length + 2)..];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
