using Miwv.Metrics.Selection.Vectors;
using Miwv.Retrieval;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// Facility location (Superfiltering.D, arXiv 2402.00530) by lazy greedy (Minoux 1978): rows such that every candidate has a chosen row near
/// it, f(S) = Σ_i max_{s∈S} (1 + cos(i,s)) / 2. A stale gain is an upper bound; those at the top are renewed a block at a time.
/// Memory is a few numbers a row; no similarity is stored.
/// </summary>
public sealed class FacilityLocation
{
    private const int LargestBlock = 64;

    private readonly RowVectors vectors;
    private readonly int[] rows;
    private readonly float[] covered;
    private readonly double[] bound;
    private readonly double[] partial;
    private readonly int threads;
    private readonly CancellationToken cancel;

    private FacilityLocation(EmbeddingStore store, int[] rows, int threads, CancellationToken cancel)
    {
        (this.rows, this.threads, this.cancel) = (rows, threads, cancel);
        vectors = new RowVectors(store, rows);
        covered = new float[rows.Length];
        bound = new double[rows.Length];
        partial = new double[RowChunks.Count(rows.Length) * LargestBlock];
    }

    /// <param name="ranked">Candidates that have a direction; ties go to the earlier.</param>
    /// <returns>Chosen rows in the order in which they were chosen: every beginning of it is the selection of that size.</returns>
    public static int[] Select(EmbeddingStore store, ReadOnlySpan<int> ranked, int count, int threads = 1, CancellationToken cancel = default) =>
        new FacilityLocation(store, ranked.ToArray(), threads, cancel).Run(Math.Min(count, ranked.Length));

    private int[] Run(int count)
    {
        FirstBounds();
        var queue = new PriorityQueue<int, (double, int)>(rows.Length);
        for (int place = 0; place < rows.Length; place++) queue.Enqueue(place, (-bound[place], place));
        var renewed = new int[rows.Length];
        var chosen = new int[count];
        var block = new List<int>(LargestBlock);
        for (int i = 0; i < count; i++)
        {
            for (int size = 4; renewed[queue.Peek()] != i + 1; size = Math.Min(2 * size, LargestBlock))
            {
                block.Clear();
                while (block.Count < size && queue.Count > 0 && renewed[queue.Peek()] != i + 1) block.Add(queue.Dequeue());
                Renew(block);
                foreach (int place in block)
                {
                    renewed[place] = i + 1;
                    queue.Enqueue(place, (-bound[place], place));
                }
            }
            int best = queue.Dequeue();
            chosen[i] = rows[best];
            Cover(best);
        }
        return chosen;
    }

    // With nothing chosen a gain is a dot product with the sum of all vectors; a hair more, since it must not be below the renewed gain.
    private void FirstBounds()
    {
        var sum = new double[vectors.Dimension];
        for (int place = 0; place < rows.Length; place++)
        {
            var vector = vectors[place];
            for (int d = 0; d < sum.Length; d++) sum[d] += vector[d];
        }
        RowChunks.Run(rows.Length, threads, (_, from, to) =>
        {
            for (int place = from; place < to; place++)
            {
                var vector = vectors[place];
                double dot = 0;
                for (int d = 0; d < sum.Length; d++) dot += sum[d] * vector[d];
                bound[place] = (rows.Length + dot) / 2 * (1 + 1e-6) + 1e-6;
            }
        }, cancel);
    }

    // Gains of a block of candidates: one walk over all rows.
    private void Renew(List<int> block)
    {
        int groups = (block.Count + 3) / 4;
        var candidates = new int[groups * 4];
        for (int i = 0; i < candidates.Length; i++) candidates[i] = block[Math.Min(i, block.Count - 1)];
        RowChunks.Run(rows.Length, threads, (chunk, from, to) =>
        {
            Span<float> dots = stackalloc float[16];
            Span<int> places = stackalloc int[4];
            var sums = partial.AsSpan(chunk * LargestBlock, candidates.Length);
            sums.Clear();
            for (int place = from; place < to; place += 4)
            {
                int count = Math.Min(4, to - place);
                for (int r = 0; r < 4; r++) places[r] = place + Math.Min(r, count - 1);
                for (int group = 0; group < groups; group++)
                {
                    vectors.Dots(places, candidates.AsSpan(group * 4, 4), dots);
                    for (int r = 0; r < count; r++)
                        for (int c = 0; c < 4; c++)
                            sums[group * 4 + c] += Math.Max(0, Similarity(dots[4 * r + c]) - covered[place + r]);
                }
            }
        }, cancel);
        for (int i = 0; i < block.Count; i++)
        {
            double gain = 0;
            for (int chunk = 0; chunk < RowChunks.Count(rows.Length); chunk++) gain += partial[chunk * LargestBlock + i];
            bound[block[i]] = gain;
        }
    }

    private void Cover(int center) => RowChunks.Run(rows.Length, threads, (_, from, to) =>
    {
        var own = vectors[center];
        for (int place = from; place < to; place++) covered[place] = Math.Max(covered[place], Similarity(RowVectors.Dot(own, vectors[place])));
    }, cancel);

    private static float Similarity(float cosine) => Math.Max(0, (1 + cosine) / 2);
}
