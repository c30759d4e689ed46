using System.Diagnostics;

namespace Miwv.Data.Tests;

public sealed class WholeFileTests : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Fact]
    public void AReplacedFileKeepsItsMode()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var mode in new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead })
        {
            File.SetUnixFileMode(temp.Write("file", "old"), mode);
            WholeFile.Write(temp["file"], "the text", stream => stream.Write("new"u8));
            Assert.Equal("new", File.ReadAllText(temp["file"]));
            Assert.Equal(mode, File.GetUnixFileMode(temp["file"]));
        }
    }

    [Fact]
    public async Task APipeIsWrittenToAndStaysAPipe()
    {
        if (!OperatingSystem.IsLinux()) return;
        Pipe();
        File.CreateSymbolicLink(temp["link"], temp["pipe"]);
        foreach (string name in new[] { "pipe", "link" })
        {
            var read = Task.Run(() => File.ReadAllBytes(temp["pipe"]));
            byte[] bytes = new byte[200_001];
            new Random(1).NextBytes(bytes);
            long length = 0;
            WholeFile.Write(temp[name], "the text", stream =>
            {
                stream.Write(bytes.AsSpan(0, 7));
                stream.Write(bytes.AsSpan(7));
                length = stream.Length;
            });
            Assert.Equal(bytes, await read);
            Assert.Equal(bytes.Length, length);
            Assert.Equal(FileKind.Stream, FileKinds.Of(temp[name]));
        }
        Assert.Equal(2, Directory.GetFileSystemEntries(temp.Root).Length);
    }

    [Fact]
    public void NobodyWaitsForAReaderWhoDoesNotCome()
    {
        if (!OperatingSystem.IsLinux()) return;
        Pipe();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.ThrowsAny<OperationCanceledException>(() => WholeFile.Write(temp["pipe"], "the text", stream => stream.Write("new"u8), stop.Token));
        // the thread that is left behind waits for a reader; here is one
        File.OpenRead(temp["pipe"]).Dispose();
    }

    [Fact]
    public void AFullDeviceIsNamedOnce()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Equal("/dev/full: the text cannot be written: No space left on device", Assert.Throws<UserException>(() => WholeFile.Write("/dev/full", "the text", stream => stream.Write("new"u8))).Message);
    }

    [Fact]
    public void KindsOfFiles()
    {
        Assert.Equal(FileKind.Ordinary, FileKinds.Of(temp.Write("file", "")));
        Assert.Equal(FileKind.Ordinary, FileKinds.Of(temp["none"]));
        Assert.Equal(FileKind.Folder, FileKinds.Of(temp.Root));
        if (OperatingSystem.IsLinux()) Assert.Equal(FileKind.Stream, FileKinds.Of("/dev/null"));
    }

    private void Pipe()
    {
        using var make = Process.Start("mkfifo", temp["pipe"]);
        make.WaitForExit();
    }
}
