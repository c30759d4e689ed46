using FsCheck;
using FsCheck.Fluent;
using Miwv.Metrics.Selection.Diversity;
using Miwv.Retrieval;

namespace Miwv.Metrics.Tests.Selection;

/// <summary>Every selector over embeddings against what greedy means, in fp64.</summary>
public sealed class DiversityTests : IDisposable
{
    private readonly Stores stores = new();

    public void Dispose() => stores.Dispose();

    [Fact]
    public void KCenterIsGreedy() => ForRandomStores((store, count) =>
    {
        int[] chosen = KCenter.Select(store, Stores.All(store), count, threads: 2);
        return chosen[0] == 0 && IsGreedy(store, chosen[1..], count - 1, (before, i) => -before.Append(0).Max(c => store.Cosine(i, c)));
    });

    [Fact]
    public void KCenterIsWithinTwiceTheOptimalRadius() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Gen.Choose(1, 10_000).ToArbitrary(), seed =>
    {
        using var store = stores.Of(Stores.Random(9, 5, seed));
        double Radius(IEnumerable<int> centers) => Enumerable.Range(0, 9).Max(i => centers.Min(c => Math.Sqrt(Math.Max(0, 2 - 2 * store.Cosine(i, c)))));
        double best = Subsets(9, 3).Min(Radius);
        return Radius(KCenter.Select(store, Stores.All(store), 3)) <= 2 * best + 1e-6;
    }));

    [Fact]
    public void FacilityLocationIsGreedy() => ForRandomStores((store, count) =>
    {
        double Covered(int i, IEnumerable<int> by) => by.Select(s => (1 + store.Cosine(i, s)) / 2).DefaultIfEmpty(0).Max();
        return IsGreedy(store, FacilityLocation.Select(store, Stores.All(store), count, nearest: 100, threads: 2), count,
            (before, c) => Enumerable.Range(0, store.Count).Sum(i => Covered(i, before.Append(c))));
    });

    [Fact]
    public void FacilityLocationOfFewNeighborsIsGreedyOnThem() => ForRandomStores((store, count) =>
    {
        int k = 1 + count % 4;
        HashSet<(int, int)> near = [.. Stores.All(store).SelectMany(i => Stores.All(store).Where(j => j != i).OrderByDescending(j => store.Cosine(i, j)).ThenBy(j => j).Take(k).Append(i).Select(j => (i, j)))];
        double Covered(int i, IEnumerable<int> by) => by.Where(s => near.Contains((i, s))).Select(s => i == s ? 1 : (1 + store.Cosine(i, s)) / 2).DefaultIfEmpty(0).Max();
        return IsGreedy(store, FacilityLocation.Select(store, Stores.All(store), count, k, threads: 2), count,
            (before, c) => Enumerable.Range(0, store.Count).Sum(i => Covered(i, before.Append(c))));
    });

    [Fact]
    public void FacilityLocationReachesTheGreedyShareOfTheOptimum() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Gen.Choose(1, 10_000).ToArbitrary(), seed =>
    {
        using var store = stores.Of(Stores.Random(9, 5, seed));
        double Value(IEnumerable<int> set) => Enumerable.Range(0, 9).Sum(i => set.Max(s => (1 + store.Cosine(i, s)) / 2));
        return Value(FacilityLocation.Select(store, Stores.All(store), 3)) >= (1 - 1 / Math.E) * Subsets(9, 3).Max(Value);
    }));

    [Fact]
    public void GraphCutBinsAreGreedy() => ForRandomStores((store, count) =>
    {
        int bins = 1 + count % 4;
        int[] left = Stores.All(store);
        foreach (int[] bin in GraphCutBins.Fill(store, left, bins))
        {
            int[] all = left;
            if (!IsGreedy(store, bin, bin.Length, (before, x) => all.Contains(x) ? all.Sum(s => store.Cosine(s, x)) - 2 * before.Sum(s => store.Cosine(s, x)) : double.NegativeInfinity)) return false;
            left = [.. left.Except(bin)];
        }
        return left.Length == 0;
    });

    [Fact]
    public void GraphCutOfManyRowsIsGreedyToo()
    {
        // enough for many rounds, tight clusters and equal rows among them
        float[][] vectors = Stores.Random(700, 12, 3);
        for (int i = 0; i < 200; i++) vectors[500 + i] = [.. vectors[i % 7].Select((v, d) => v + (i % 3 == 0 ? 0 : 1e-3f * ((i * 31) + (d * 17)) % 11))];
        using var store = stores.Of(vectors);
        int[] left = Stores.All(store);
        var cosine = new double[700, 700];
        foreach (int i in left)
            foreach (int j in left) cosine[i, j] = store.Cosine(i, j);
        foreach (int[] bin in GraphCutBins.Fill(store, left, 3, threads: 2))
        {
            var gains = left.ToDictionary(x => x, x => left.Sum(s => cosine[s, x]));
            foreach (int row in bin)
            {
                Assert.InRange(gains[row], gains.Values.Max() - 1e-3, double.PositiveInfinity);
                gains.Remove(row);
                foreach (int x in gains.Keys.ToArray()) gains[x] -= 2 * cosine[row, x];
            }
            left = [.. left.Except(bin)];
        }
        Assert.Empty(left);
    }

    [Fact]
    public void GraphCutSelectionIsSpreadOverTheBinsAndNested()
    {
        using var store = stores.Of(Stores.Random(50, 8, 1));
        int[] whole = GraphCutBins.Select(store, Stores.All(store), 50, 5, seed: 3);
        Assert.Equal(Stores.All(store), whole.Order());
        Assert.Equal(whole[..10], GraphCutBins.Select(store, Stores.All(store), 10, 5, seed: 3));
        var bins = GraphCutBins.Fill(store, Stores.All(store), 5);
        Assert.All(bins, bin => Assert.Equal(2, whole[..10].Count(bin.Contains)));
        Assert.NotEqual(whole, GraphCutBins.Select(store, Stores.All(store), 50, 5, seed: 4));
    }

    [Fact]
    public void CosineCapIsTheReferenceGreedy() => ForRandomStores((store, count) =>
    {
        double cap = 0.3 + 0.06 * (count % 10);
        var kept = new List<int>();
        foreach (int i in Stores.All(store).Reverse())
            if (kept.Count < count && kept.All(k => store.Cosine(i, k) < cap)) kept.Add(i);
        return CosineCap.Select(store, Stores.All(store).Reverse().ToArray(), count, cap).SequenceEqual(kept);
    });

    [Fact]
    public void CosineExactlyAtTheCapIsPassedOver()
    {
        using var store = stores.Of([[1, 0], [1, 0], [0.6f, 0.8f], [0, 0]]);
        double cap = store.Cosine(0, 2);
        Assert.Equal([0, 3], CosineCap.Select(store, [0, 1, 2, 3], 4, cap));
        Assert.Equal([0, 2, 3], CosineCap.Select(store, [0, 1, 2, 3], 4, cap + 1e-9));
    }

    [Theory]
    [InlineData(StoreType.F32)]
    [InlineData(StoreType.F16)]
    public void SelectionsAreNestedAndIndependentOfThreads(StoreType type)
    {
        // more rows than one chunk of work, a dimension that fills no vector, duplicates
        float[][] vectors = Stores.Random(1500, 19, 5);
        for (int i = 0; i < 300; i++) vectors[1200 + i] = vectors[i];
        using var store = stores.Of(vectors, type);
        int[] center = KCenter.Select(store, Stores.All(store), 40, threads: 1), facility = FacilityLocation.Select(store, Stores.All(store), 40, threads: 1);
        Assert.Equal(center, KCenter.Select(store, Stores.All(store), 40, threads: 4));
        Assert.Equal(facility, FacilityLocation.Select(store, Stores.All(store), 40, threads: 4));
        Assert.Equal(center[..7], KCenter.Select(store, Stores.All(store), 7));
        Assert.Equal(facility[..7], FacilityLocation.Select(store, Stores.All(store), 7));
        Assert.Equal(40, facility.Distinct().Count());
    }

    [Fact]
    public void MoreThanThereAreGivesAll()
    {
        using var store = stores.Of(Stores.Random(6, 3, 2));
        Assert.Equal(6, KCenter.Select(store, Stores.All(store), 99).Distinct().Count());
        Assert.Equal(6, FacilityLocation.Select(store, Stores.All(store), 99).Distinct().Count());
        Assert.Equal(6, GraphCutBins.Select(store, Stores.All(store), 99, 10, 0).Distinct().Count());
        Assert.Equal(6, CosineCap.Select(store, Stores.All(store), 99, 1.1).Length);
    }

    // Each row chosen is the best of those left, but for what fp32 cannot tell apart.
    private static bool IsGreedy(EmbeddingStore store, int[] chosen, int count, Func<int[], int, double> gain)
    {
        for (int i = 0; i < chosen.Length; i++)
        {
            int[] before = chosen[..i];
            double best = Stores.All(store).Except(before).Max(row => gain(before, row));
            if (!(gain(before, chosen[i]) >= best - 1e-5 * store.Count)) return false;
        }
        return chosen.Length == count && chosen.Distinct().Count() == count;
    }

    private void ForRandomStores(Func<EmbeddingStore, int, bool> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            using var store = stores.Of(Stores.Random(random.Next(1, 40), random.Next(2, 24), seed));
            return holds(store, random.Next(1, store.Count + 1));
        }));

    private static IEnumerable<int[]> Subsets(int n, int size) =>
        Enumerable.Range(0, 1 << n).Where(mask => int.PopCount(mask) == size).Select(mask => Enumerable.Range(0, n).Where(i => (mask >> i & 1) != 0).ToArray());
}
