using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Tests.Passes;

public sealed class PassListTests
{
    private static readonly int[][] Texts = [[1, 2, 3], [], [4], [5, 6, 7, 8]];

    [Fact]
    public void AnyPieceOfAPassIsTheConcatenationsPiece()
    {
        var cases = from parts in (from text in Gen.Choose(0, 3) from length in Gen.Choose(0, 4) select new Segment(text, Math.Min(length, Texts[text].Length))).ArrayOf(6)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (parts, seed);
        using TokenTable table = TestTokens.Table(Texts);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            int[] whole = [.. c.parts.SelectMany(p => Texts[p.Text].Take(p.Length))];
            if (whole.Length < 2) return;
            var random = new Random(c.seed);
            int from = random.Next(1, whole.Length), to = random.Next(from + 1, whole.Length + 1);
            var passes = new PassList(table);
            int pass = passes.Add(c.parts, from, to);
            Assert.Equal((whole.Length, from, to, to - from), (passes.Length(pass), passes.ScoredFrom(pass), passes.ScoredTo(pass), passes.ScoredCount(pass)));
            int begin = random.Next(whole.Length + 1), end = random.Next(begin, whole.Length + 1);
            var copy = new int[end - begin];
            passes.CopyTokens(pass, begin, copy);
            Assert.Equal(whole[begin..end], copy);
            Assert.Throws<ArgumentOutOfRangeException>(() => passes.CopyTokens(pass, begin, new int[whole.Length - begin + 1]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void TheLastSegmentIsScored()
    {
        using TokenTable table = TestTokens.Table(Texts);
        var passes = new PassList(table);
        int pass = passes.Add(new Segment(0, 3), new Segment(3, 2));
        Assert.Equal((5, 3, 5), (passes.Length(pass), passes.ScoredFrom(pass), passes.ScoredTo(pass)));
        Assert.Equal(1, passes.Add(new Segment(2, 1), new Segment(0, 1)));
    }

    [Theory]
    [InlineData(0, 2)] // nothing predicts position 0
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 4)]
    public void SpansThatCannotBeScoredAreRefused(int from, int to)
    {
        using TokenTable table = TestTokens.Table(Texts);
        var passes = new PassList(table);
        Assert.Throws<ArgumentException>(() => passes.Add([new Segment(0, 3)], from, to));
        Assert.Throws<ArgumentException>(() => passes.Add([new Segment(0, 4)], 1, 2));
        Assert.Throws<ArgumentException>(() => passes.Add([new Segment(0, -1)], 1, 2));
    }
}
