using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

public unsafe class GatherLibraryTests
{
    [Fact]
    public void LoadedLibraryIsTheOneThisAssemblyWasWrittenFor()
    {
        Assert.True(File.Exists(GatherLibrary.Path));
        Assert.Equal(GatherNative.AbiVersion, GatherNative.miwv_gather_abi_version());
        Assert.Equal(sizeof(GatherJob), GatherNative.miwv_gather_job_size());
        Assert.Contains(GatherLibrary.InstructionSet, (string[])["avx512", "avx2", "portable"]);
    }

    // The same numbers as the static_asserts of native/gather_cpu.cpp.
    [Theory]
    [InlineData("logits", 0)]
    [InlineData("row_stride", 8)]
    [InlineData("rows", 16)]
    [InlineData("vocab", 20)]
    [InlineData("dtype", 24)]
    [InlineData("want", 28)]
    [InlineData("pair_row", 32)]
    [InlineData("pair_target", 40)]
    [InlineData("segment_start", 48)]
    [InlineData("pairs", 56)]
    [InlineData("segments", 60)]
    [InlineData("listed_ids", 64)]
    [InlineData("listed", 72)]
    [InlineData("threads", 76)]
    [InlineData("log_prob", 80)]
    [InlineData("segment_nll", 88)]
    [InlineData("row_entropy", 96)]
    [InlineData("pair_rank", 104)]
    [InlineData("row_listed", 112)]
    public void JobIsLaidOutAsInC(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<GatherJob>(field));

    [Fact]
    public void AnotherAbiIsRefusedWithBothNumbers()
    {
        string version = Assert.Throws<UserException>(() => GatherLibrary.CheckAbi("lib.so", 7, sizeof(GatherJob))).Message;
        Assert.Contains("gather ABI 7, but this program needs 2", version, StringComparison.Ordinal);
        string size = Assert.Throws<UserException>(() => GatherLibrary.CheckAbi("lib.so", 2, 64)).Message;
        Assert.Contains("64 bytes, but this program's has 120", size, StringComparison.Ordinal);
        Assert.Contains("scripts/build", size, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', size);
        GatherLibrary.CheckAbi("lib.so", 2, 120);
    }

    [Fact]
    public void AnInstructionSetThatIsNotThereIsRefused()
    {
        Assert.Throws<UserException>(() => GatherLibrary.CheckIsa("avx999", "avx512"));
        GatherLibrary.CheckIsa("avx2", "avx2");
        GatherLibrary.CheckIsa(null, "avx2");
    }

    [Fact]
    public void LooksBesideTheProgramFirstAndThenUpTheTree()
    {
        string folder = Path.Combine(Path.GetTempPath(), "a", "b");
        string[] places = GatherLibrary.Candidates(folder).ToArray();
        Assert.Equal(Path.Combine(folder, GatherLibrary.FileName), places[0]);
        Assert.Contains(Path.Combine(Path.GetTempPath(), "a", "artifacts", "native", GatherLibrary.FileName), places);
    }
}
