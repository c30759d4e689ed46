using Miwv.Engine.Gpu;
using Miwv.Scoring.Gather;

namespace Miwv.Engine.Tests.Gpu;

public class LlamaCudaBuildTests
{
    [Theory]
    [InlineData("9.0", "13.0", true)]
    [InlineData("8.0", "12.8", true)]
    [InlineData("7.5", "13.0", true)]
    [InlineData("10.0", "13.0", true)]
    [InlineData("9.0", "13.1", false)]
    [InlineData("9.0", "13.2", false)]
    [InlineData("8.6", "13.0", false)]
    [InlineData("8.9", "13.0", false)]
    [InlineData("12.0", "13.0", false)]
    public void An_old_driver_is_named_where_the_library_has_no_machine_code(string capability, string driver, bool isTooOld)
    {
        string? line = LlamaCudaBuild.Complaint(new CudaCard("Card", 1L << 34, capability, 100, driver));
        Assert.Equal(isTooOld, line is not null);
        if (isTooOld) Assert.Contains($"this one is for {driver}", line, StringComparison.Ordinal);
    }
}
