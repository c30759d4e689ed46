using Miwv.Engine.Resources;
using Miwv.Engine.Tests.Support;
using Miwv.Scoring.Gather;

namespace Miwv.Engine.Tests.Gpu;

/// <summary>How busy the cards are, asked of the library that native/tests builds, which has two.</summary>
public sealed class NvmlTests
{
    [Fact]
    public void TheBusiestCardIsShown()
    {
        string fake = Path.Combine(Path.GetDirectoryName(Repository.Sample("tasks.json"))!, "..", "artifacts", "native", "libfake_nvml.so");
        Assert.Equal(new CardUse("Fake card 1", 2, 0.93, 20L << 30, 80L << 30), Nvml.TryOpen(fake)!.Busiest());
    }

    [Fact]
    public void WithoutTheLibraryOrItsFunctionsThereIsNoCard()
    {
        Assert.Null(Nvml.TryOpen("libno_such_library.so.1"));
        Assert.Null(Nvml.TryOpen(GatherLibrary.Path)); // a library, but not that one
    }

    [Fact]
    public void ABusyProcessIsSeen()
    {
        var meter = new ResourceMeter();
        long until = Environment.TickCount64 + 150;
        while (Environment.TickCount64 < until) Thread.SpinWait(1000);
        var use = meter.Measure();
        Assert.True(use.CpuShare > 0 && use.MemoryBytes > 1 << 20, use.ToString());
    }
}
