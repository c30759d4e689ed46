using Miwv.Data;

namespace Miwv.Llama.Tests.Cuda;

public sealed class LlamaDirectoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-natives-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ANamedDirectoryIsTakenOrRefused()
    {
        Assert.Equal(folder, LlamaDirectory.Find(folder, cuda: true));
        Assert.Contains("no such directory", Assert.Throws<UserException>(() => LlamaDirectory.Find(Path.Combine(folder, "x"), cuda: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesOfBothBuildsAreKnown()
    {
        foreach (string name in (string[])["libllama.cuda.v0.5.0.so", "libggml.cuda.v0.5.0.so", "libggml-base.so", "libllama-common.so", "libggml-cuda.so"])
            File.WriteAllText(Path.Combine(folder, name), "");
        Assert.Equal("libllama.cuda.v0.5.0.so", Path.GetFileName(LlamaDirectory.FileOf(folder, "llama")));
        Assert.Equal("libggml.cuda.v0.5.0.so", Path.GetFileName(LlamaDirectory.FileOf(folder, "ggml")));
        Assert.Equal("libggml-base.so", Path.GetFileName(LlamaDirectory.FileOf(folder, "ggml-base")));
    }

    [Fact]
    public void TheCudaBuildIsNotPreferredWithoutACard()
    {
        string plain = LlamaDirectory.Find(null, cuda: false);
        Assert.DoesNotContain("cuda", Path.GetFileName(plain), StringComparison.Ordinal);
        Assert.NotNull(LlamaDirectory.FileOf(LlamaDirectory.Find(null, cuda: true), "llama"));
    }
}
