using Miwv.Data;
using Miwv.Engine.Probing;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Probing;

public sealed class NoisePlanterTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(NoiseKind.Swapped, "another answer")]
    [InlineData(NoiseKind.Cut, "one two")]
    [InlineData(NoiseKind.OffLanguage, "оне тшо тхрее фоур фиве сих")]
    [InlineData(NoiseKind.None, "one two three four five six")]
    public void SpoiltByHand(NoiseKind kind, string expected) =>
        Assert.Equal(expected, NoisePlanter.Spoil("one two three four five six", kind, "another answer", new Random(1)));

    [Fact]
    public void ShufflingKeepsTheWordsAndChangesTheirOrder()
    {
        string spoilt = NoisePlanter.Spoil("a b", NoiseKind.Shuffled, "", new Random(1));
        Assert.Equal("b a", spoilt);
        Assert.Equal("a a", NoisePlanter.Spoil("a a", NoiseKind.Shuffled, "", new Random(1)));
    }

    [Fact]
    public void TheCopyDiffersInThePlantedAnswersOnly()
    {
        using RowFile rows = RowFile.Open(Repository.Sample("tasks.json"), new RowFileOptions { Limit = 300 });
        NoiseKind[] kinds = NoisePlanter.Write(rows, 0.2, seed: 3, folder["copy.jsonl"]);
        Assert.Equal(kinds, NoisePlanter.Write(rows, 0.2, seed: 3, folder["again.jsonl"]));
        Assert.Equal(File.ReadAllBytes(folder["copy.jsonl"]), File.ReadAllBytes(folder["again.jsonl"]));
        Assert.InRange(kinds.Count(kind => kind != NoiseKind.None), 50, 60);
        using RowFile copy = RowFile.Open(folder["copy.jsonl"]);
        for (int i = 0; i < rows.Count; i++)
        {
            Row before = rows.Read(i), after = copy.Read(i);
            Assert.Equal((rows.Id(i), before.Instruction, before.Input), (copy.Id(i), after.Instruction, after.Input));
            Assert.Equal(kinds[i] == NoiseKind.None, before.Output == after.Output);
        }
    }

    [Fact]
    public void TooFewRowsAreRefused()
    {
        using RowFile rows = RowFile.Open(Repository.Sample("tasks.json"), new RowFileOptions { Limit = 20 });
        Assert.Throws<UserException>(() => NoisePlanter.Write(rows, 0.1, 0, folder["copy.jsonl"]));
    }
}
