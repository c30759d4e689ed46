using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>Directories that hold no usable libllama: refused before anything is called that could crash.</summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private string Refusal(string directory) =>
        MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "5", "--run", scratch["run"], "--llama-dir", directory).OneLine(1);

    [Fact]
    public void AnOlderLayoutBehindTheRightVersionIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return; // the fakes are built there only
        string line = Refusal(Path.Combine(Checkout.FakeLibraries!, "shifted"));
        Assert.Contains("cannot be used", line, StringComparison.Ordinal);
        Assert.Contains("v0.5.0", line, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherLibraryOfTheNameIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Contains("it has no llama_", Refusal(Path.Combine(Checkout.FakeLibraries!, "empty")), StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersWithoutLibrariesAreRefused()
    {
        Assert.Contains("no such directory", Refusal(scratch["nowhere"]), StringComparison.Ordinal);
        Directory.CreateDirectory(scratch["bare"]);
        Assert.Contains("no libggml-base there", Refusal(scratch["bare"]), StringComparison.Ordinal);
    }

    [Fact]
    public void ATextIsNoLibrary()
    {
        Directory.CreateDirectory(scratch["text"]);
        foreach (string name in new[] { "libggml-base.so", "libggml.so", "libllama.so" }) scratch.Write(Path.Combine("text", name), "not a library\n");
        Assert.Contains("cannot be loaded", Refusal(scratch["text"]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["run"]));
    }
}
