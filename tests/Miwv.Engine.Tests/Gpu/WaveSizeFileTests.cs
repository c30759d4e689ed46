using Miwv.Data;
using Miwv.Engine.Gpu;
using Miwv.Engine.Runs;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Tests.Gpu;

public sealed class WaveSizeFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-waves-").FullName;
    private readonly RunDirectory run;

    public WaveSizeFileTests() => run = RunDirectory.Enter(Path.Combine(folder, "run"), resume: false);

    public void Dispose()
    {
        run.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void ReadsBackWhatWasWritten()
    {
        Assert.Null(WaveSizeFile.Read(run, "a card", GatherPath.Cuda));
        WaveSizeFile.RefuseOtherDevice(run);
        var size = new WaveSizing(new WaveLimits(1024, 333), FlashAttention.On, 2, 3);
        WaveSizeFile.Write(run, "a card", GatherPath.Cuda, size);
        Assert.Equal(size, WaveSizeFile.Read(run, "a card", GatherPath.Cuda));
    }

    [Fact]
    public void ARunStaysOnTheDeviceItWasBegunOn()
    {
        WaveSizeFile.Write(run, "a card", GatherPath.Cuda, new WaveSizing(new WaveLimits(64, 64), FlashAttention.Auto, 1, 1));
        Assert.Contains("begun on a card", Assert.Throws<UserException>(() => WaveSizeFile.Read(run, "another", GatherPath.Cuda)).Message, StringComparison.Ordinal);
        Assert.Contains("with the gather on the card", Assert.Throws<UserException>(() => WaveSizeFile.Read(run, "a card", GatherPath.InGraph)).Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => WaveSizeFile.RefuseOtherDevice(run));
        File.Delete(run.WavesFile);
        File.WriteAllText(run.JournalFile, "");
        Assert.Contains("begun on the CPU", Assert.Throws<UserException>(() => WaveSizeFile.Read(run, "a card", GatherPath.Cuda)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"device\":\"a card\"}")]
    [InlineData("[1]")]
    [InlineData("{\"device\":\"a card\",\"tokens\":\"many\"}")]
    [InlineData("""{"device":"a card","gather":"on the card","tokens":0,"outputs":333,"flash_attention":1,"contexts":2,"threads_per_context":3}""")]
    [InlineData("""{"device":"a card","gather":"on the card","tokens":64,"outputs":-1,"flash_attention":1,"contexts":2,"threads_per_context":3}""")]
    [InlineData("""{"device":"a card","gather":"on the card","tokens":64,"outputs":64,"flash_attention":7,"contexts":2,"threads_per_context":3}""")]
    [InlineData("""{"device":"a card","gather":"on the card","tokens":64,"outputs":64,"flash_attention":1,"contexts":0,"threads_per_context":3}""")]
    public void ADamagedFileIsOneLine(string text)
    {
        File.WriteAllText(run.WavesFile, text);
        string message = Assert.Throws<UserException>(() => WaveSizeFile.Read(run, "a card", GatherPath.Cuda)).Message;
        Assert.Contains("waves.json: damaged", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
