using FsCheck;
using FsCheck.Fluent;

namespace Miwv.Retrieval.Tests;

public sealed unsafe class VectorCodesTests : IDisposable
{
    private static readonly ParallelOptions Parallel = new() { MaxDegreeOfParallelism = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryKernelSumsExactly()
    {
        var random = new Random(1);
        int* dots = stackalloc int[4];
        foreach (int count in new[] { 32, 64, 96, 352, 1024 })
        {
            // the extremes too: 127 times -127, all of one sign
            sbyte[][] rows = [.. Enumerable.Range(0, 5).Select(r => Enumerable.Range(0, count).Select(_ => r < 2 ? (sbyte)(r == 0 ? 127 : -127) : (sbyte)random.Next(-127, 128)).ToArray())];
            using var memory = new AlignedRows(rows);
            int[] expected = [.. Enumerable.Range(1, 4).Select(r => rows[0].Zip(rows[r], (x, y) => x * y).Sum())];
            byte* query = memory.Extra;

            CodeKernel.Prepare(memory[0], count, query);
            CodeKernel.Dots(query, memory[1], memory[2], memory[3], memory[4], count, dots);
            Assert.Equal(expected, Enumerable.Range(0, 4).Select(i => dots[i] - (CodeKernel.IsBiased ? CodeKernel.Bias * rows[i + 1].Sum(c => c) : 0)));
            for (int d = 0; d < count; d++)
                ((short*)query)[d] = rows[0][d];
            CodeKernel.Widen((short*)query, memory[1], memory[2], memory[3], memory[4], count, dots);
            Assert.Equal(expected, new ReadOnlySpan<int>(dots, 4).ToArray());
            if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
                continue;
            CodeKernel.MultiplyAdd((short*)query, memory[1], memory[2], memory[3], memory[4], count, dots);
            Assert.Equal(expected, new ReadOnlySpan<int>(dots, 4).ToArray());
        }
    }

    [Fact]
    public void NothingIsSortedOutThatReachesTheBound()
    {
        var cases = from seed in Gen.Choose(0, 1_000_000)
                    from kind in Gen.Choose(0, 3)
                    from rows in Gen.Choose(2, 60)
                    from dimension in Gen.Choose(1, 100)
                    select (seed, kind, rows, dimension);
        int dropped = 0;
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            using EmbeddingStore store = Vectors.Store(_folder["s"], c.kind switch
            {
                0 => Vectors.Random(c.rows, c.dimension, c.seed),
                1 => Vectors.Clustered(c.rows, c.dimension, 3, 1e-4, c.seed),
                2 => Vectors.Lattice(c.rows, c.dimension, c.seed),
                _ => [.. Vectors.Random(c.rows, c.dimension, c.seed).Select((v, i) => v.Select((x, d) => d == i % c.dimension ? 1000 : x).ToArray())], // one huge component
            });
            var vectors = DistinctVectors.Of(store, Parallel);
            using VectorCodes codes = VectorCodes.TryMake(store, vectors, Parallel)!;
            using var filter = new CodeFilter(codes);
            using var dots = new QueryDots(store, vectors);
            for (int query = 0; query < Math.Min(5, vectors.Count); query++)
            {
                filter.SetQuery(query);
                dots.SetQuery(query);
                int[] all = [.. Enumerable.Range(0, vectors.Count)];
                float[] scores = [.. all.Select(dots.Dot)];
                float bound = scores[c.seed % scores.Length]; // equal to one of them: the closest call
                int[] kept = [.. all];
                fixed (int* ids = kept)
                    kept = kept[..filter.Keep(ids, kept.Length, bound)];
                Assert.Equal(kept.Order(), kept);
                Assert.All(all.Where(v => scores[v] >= bound), v => Assert.Contains(v, kept));
                dropped += all.Length - kept.Length;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
        Assert.True(dropped > 1000, $"{dropped} sorted out");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ASearchWithCodesFindsTheSame(int kind)
    {
        float[][] data = kind == 0 ? Vectors.LowDimensional(3000, 48, 10, 40, 5) : [.. Vectors.Clustered(2000, 40, 8, 1e-3, 5), .. Vectors.Random(1000, 40, 6)];
        using EmbeddingStore store = Vectors.Store(_folder["s"], data);
        using HnswIndex index = HnswIndex.Build(store, new HnswOptions(M: 8, EfConstruction: 60));
        var vectors = DistinctVectors.Of(store, Parallel);
        using VectorCodes codes = VectorCodes.TryMake(store, vectors, Parallel)!;
        using var with = new HnswSearcher(index.Graph, store, vectors, codes);
        using var without = new HnswSearcher(index.Graph, store, vectors);
        for (int node = 0; node < vectors.Count; node += 7)
            Assert.Equal(Found(without, node), Found(with, node));

        static (int, float)[] Found(HnswSearcher searcher, int node)
        {
            searcher.SetQuery(node);
            searcher.Descend(0);
            searcher.Search(0, 50);
            return [.. Enumerable.Range(0, searcher.Beam.Count).Select(place => (searcher.Beam.Node(place), searcher.Beam.Similarity(place)))];
        }
    }

    [Fact]
    public void HalvesHaveNoCodes()
    {
        using EmbeddingStore half = Vectors.Store(_folder["h"], Vectors.Random(10, 8, 1), StoreType.F16);
        Assert.Null(VectorCodes.TryMake(half, DistinctVectors.Of(half, Parallel), Parallel));
    }

    private sealed class AlignedRows : IDisposable
    {
        private readonly byte* _start;
        private readonly int _stride;

        internal AlignedRows(sbyte[][] rows)
        {
            _stride = (rows[0].Length + 63) / 64 * 64;
            _start = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)(_stride * (rows.Length + 2)), 64);
            for (int r = 0; r < rows.Length; r++)
                rows[r].CopyTo(new Span<sbyte>(this[r], rows[r].Length));
            Extra = _start + _stride * rows.Length;
        }

        /// <summary>Two rows more.</summary>
        internal byte* Extra { get; }

        internal sbyte* this[int row] => (sbyte*)(_start + row * _stride);

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(_start);
    }
}
