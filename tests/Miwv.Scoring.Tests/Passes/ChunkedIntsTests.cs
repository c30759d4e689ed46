using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Tests.Passes;

public sealed class ChunkedIntsTests
{
    [Fact]
    public void Numbers_stay_where_they_were_added_over_the_chunks_ends()
    {
        const int count = 3 * 65_536 + 17;
        var list = new ChunkedInts();
        for (int i = 0; i < count; i++)
        {
            list.Add(-i);
            Assert.Equal(i + 1, list.Count);
        }
        foreach (int i in new[] { 0, 15, 16, 65_535, 65_536, 131_071, 131_072, count - 1 }) Assert.Equal(-i, list[i]);
        Assert.Equal(Enumerable.Range(0, count).Select(i => -i), list);
    }
}
