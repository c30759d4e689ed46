using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Tests.Passes;

public sealed class TokenTableTests
{
    [Fact]
    public void TextsComeBackAsTheyWereTokenized()
    {
        // 256 texts are one block of one thread: counts around its multiples
        var cases = from count in Gen.OneOf(Gen.Choose(0, 10), Gen.Elements(255, 256, 257, 511, 512, 513, 769), Gen.Choose(0, 2_000))
                    from seed in Gen.Choose(0, 1_000_000)
                    from threads in Gen.Choose(1, 3)
                    from empty in Gen.Elements(0.0, 0.3, 1.0)
                    select (count, seed, threads, empty);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            int[][] texts = [.. Enumerable.Range(0, c.count).Select(_ => random.NextDouble() < c.empty ? [] : Tokens(random, random.Next(40)))];
            using TokenTable table = TestTokens.Table(texts, c.threads);
            Assert.Equal(c.count, table.Count);
            Assert.Equal(texts.Sum(t => (long)t.Length), table.TotalTokens);
            for (int i = 0; i < c.count; i++)
            {
                Assert.Equal(texts[i].Length, table.Length(i));
                Assert.Equal(texts[i], table[i].ToArray());
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void TheScratchFileGoesWithTheTable()
    {
        string path = Path.Combine(Path.GetTempPath(), $"miwv-tokens-{Guid.NewGuid():N}.tmp");
        using (TokenTable table = TokenTableBuilder.Build(3, static (i, tokens) => tokens.Add(i), path, 1, null, default))
            Assert.True(File.Exists(path));
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatTheTokenizerThrowsIsThrown(int threads)
    {
        string path = Path.Combine(Path.GetTempPath(), $"miwv-tokens-{Guid.NewGuid():N}.tmp");
        var thrown = Assert.Throws<InvalidDataException>(() => TokenTableBuilder.Build(
            1_000, static (i, _) => { if (i == 700) throw new InvalidDataException("row 700"); }, path, threads, null, default));
        Assert.Equal("row 700", thrown.Message);
        File.Delete(path);
    }

    [Fact]
    public void ProgressIsReportedAndCancelHeard()
    {
        var seen = new List<int>();
        string path = Path.Combine(Path.GetTempPath(), $"miwv-tokens-{Guid.NewGuid():N}.tmp");
        TokenTableBuilder.Build(600, static (_, tokens) => tokens.Add(1), path, 1, seen.Add, default).Dispose();
        Assert.Equal([256, 512, 600], seen);

        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TokenTableBuilder.Build(600, static (_, tokens) => tokens.Add(1), path, 1, _ => stop.Cancel(), stop.Token));
        File.Delete(path);
    }

    private static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(int.MinValue, int.MaxValue))];
}
