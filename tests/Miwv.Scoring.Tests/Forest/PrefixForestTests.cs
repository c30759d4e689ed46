using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Tests.Waves;

namespace Miwv.Scoring.Tests.Forest;

public sealed class PrefixForestTests
{
    [Fact]
    public void IsTheTrieOfThePasses() =>
        Prop.ForAll(PassSet.Any, set =>
        {
            PassList passes = set.List();
            using TokenTable tokens = passes.Tokens;
            var forest = new PrefixForest(passes);
            int[] naive = [.. Enumerable.Range(0, set.Passes.Length).OrderBy(set.Tokens, new Lexicographic()).ThenBy(i => i)];
            Assert.Equal(naive, Enumerable.Range(0, forest.Count).Select(forest.PassAt));
            var trie = new NaiveTrie();
            for (int i = 0; i < set.Passes.Length; i++) trie.Add(set.Tokens(i), set.Passes[i].From, set.Passes[i].To);
            Assert.Equal(trie.Nodes, forest.NodeCount);
            for (int i = 1; i < naive.Length; i++)
                Assert.Equal(set.Tokens(naive[i - 1]).AsSpan().CommonPrefixLength(set.Tokens(naive[i])), forest.Shared(i));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void CountsOfASubtreeAreTheTries() =>
        Prop.ForAll(PassSet.Any, Gen.Choose(0, 1_000_000).ToArbitrary(), (set, seed) =>
        {
            if (set.Passes.Length == 0) return;
            PassList passes = set.List();
            using TokenTable tokens = passes.Tokens;
            var forest = new PrefixForest(passes);
            var random = new Random(seed);
            int at = random.Next(forest.Count), depth = random.Next(forest.Length(at) + 1), lo = at, hi = at + 1;
            while (lo > 0 && forest.Shared(lo) >= depth) lo--;
            while (hi < forest.Count && forest.Shared(hi) >= depth) hi++;

            var whole = new NaiveTrie();
            int common = int.MaxValue;
            for (int i = lo; i < hi; i++)
            {
                int[] path = set.Tokens(forest.PassAt(i));
                whole.Add(path, passes.ScoredFrom(forest.PassAt(i)), passes.ScoredTo(forest.PassAt(i)));
                common = Math.Min(common, path.AsSpan().CommonPrefixLength(set.Tokens(forest.PassAt(lo))));
            }
            NaiveTrie subtree = whole.At(set.Tokens(forest.PassAt(at)).AsSpan(0, depth));
            Assert.Equal(subtree.Nodes, forest.Nodes(lo, hi, depth));
            Assert.Equal(subtree.Leaves, forest.Leaves(lo, hi));
            Assert.Equal(common, forest.CommonDepth(lo, hi));
            Assert.True(forest.Outputs(lo, hi, depth) >= whole.Outputs - OutputsAbove(set, forest, lo, hi, depth));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void NothingIsAForestToo()
    {
        PassList passes = PassSet.Make(5, new Random(1)).List();
        using TokenTable tokens = passes.Tokens;
        var forest = new PrefixForest(passes);
        Assert.Equal((0, 0L, 0L, 0, 0L), (forest.Count, forest.NodeCount, forest.Nodes(0, 0, 0), forest.Leaves(0, 0), forest.Outputs(0, 0, 0)));
    }

    // Nodes of the shared path that are needed by somebody: those of the trie that the subtree does not count.
    private static long OutputsAbove(PassSet set, PrefixForest forest, int lo, int hi, int depth)
    {
        var path = new NaiveTrie();
        for (int i = lo; i < hi; i++)
            path.Add(set.Tokens(forest.PassAt(i)).AsSpan(0, depth), forest.Passes.ScoredFrom(forest.PassAt(i)), Math.Min(depth + 1, forest.Passes.ScoredTo(forest.PassAt(i))));
        return path.Outputs;
    }

    private sealed class Lexicographic : IComparer<int[]>
    {
        public int Compare(int[]? x, int[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
