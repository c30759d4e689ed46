using Miwv.Llama;

namespace Miwv.Engine.Tests.Gpu;

public class MachineReportTests
{
    [Fact]
    public void ThisMachineCanScoreAndSaysWithWhat()
    {
        var report = MachineReport.Make(null);
        Assert.True(report.CanScore, string.Join("; ", report.ToDo));
        Assert.Equal(LlamaLibrary.BoundVersion, report.LlamaVersion);
        Assert.NotEmpty(report.Devices);
        Assert.NotNull(report.CudaKernels);
        if (report.Devices.All(d => !d.IsGpu)) Assert.Contains("on the CPU", report.Use, StringComparison.Ordinal);
        if (report.Cuda.Cards == 0 && report.Cards.Count == 0) Assert.Empty(report.ToDo);
    }
}
