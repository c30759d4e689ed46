using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Miwv.Metrics.Selection.Vectors;

namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// Greedy choice by the graph-cut gain x · (Σ_all − 2 Σ_chosen). Gains of all rows are computed now and then only: in between, those of the rows
/// that were best then are kept up to date, and no other row can overtake them as long as their best is above the best of the others by twice
/// the length of the sum of what was chosen since (Cauchy-Schwarz: no gain can have risen by more).
/// </summary>
internal sealed class GraphCutGreedy
{
    private const int FewestWatched = 64, ShortRound = 16, LongRound = 256;

    // fewer are done before another thread has begun
    private const int ManyWatched = 8 * RowChunks.Size;

    // what fp32 dots may be off by in a round
    private const double Doubt = 1e-4;

    private readonly RowVectors vectors;
    private readonly int threads;
    private readonly double[] direction;
    private int[] left;

    /// <param name="candidates">Places, ascending; of equal gains the earlier is taken.</param>
    public GraphCutGreedy(RowVectors vectors, int[] candidates, int threads)
    {
        (this.vectors, this.threads, left) = (vectors, threads, candidates);
        direction = new double[vectors.Dimension];
        foreach (int place in candidates) Add(direction, vectors[place], 1);
    }

    /// <summary>The first <paramref name="size"/> places in the order in which greedy takes them.</summary>
    public int[] Take(int size, CancellationToken cancel)
    {
        var chosen = new List<int>(size);
        int watched = Math.Max(FewestWatched, left.Length / 32);
        while (chosen.Count < size)
        {
            cancel.ThrowIfCancellationRequested();
            int before = chosen.Count;
            Round(chosen, size, Math.Min(watched, left.Length));
            var taken = chosen.Skip(before).ToHashSet();
            left = Array.FindAll(left, place => !taken.Contains(place));
            if (taken.Count < ShortRound) watched *= 2;
            else if (taken.Count > LongRound) watched = Math.Max(FewestWatched, watched / 2);
        }
        return [.. chosen];
    }

    private void Round(List<int> chosen, int size, int watched)
    {
        // sorted by key: highest gain first, then place
        var falling = new double[left.Length];
        var places = (int[])left.Clone();
        RowChunks.Run(places.Length, threads, (_, from, to) =>
        {
            for (int i = from; i < to; i++) falling[i] = -Dot(vectors[places[i]], direction);
        }, default);
        Array.Sort(falling, places);
        // equal gains are watched together, so that the earliest of them is taken
        while (watched < places.Length && falling[watched] == falling[watched - 1]) watched++;
        double others = watched < places.Length ? -falling[watched] : double.NegativeInfinity;
        var gains = Array.ConvertAll(falling[..watched], gain => -gain);
        var since = new double[direction.Length];
        int first = chosen.Count;
        while (chosen.Count < size)
        {
            int best = -1;
            for (int i = 0; i < watched; i++)
                if (best < 0 || gains[i] > gains[best] || (gains[i] == gains[best] && places[i] < places[best])) best = i;
            if (gains[best] == double.NegativeInfinity) return;
            // the first of a round is the best of all, computed just now
            if (chosen.Count > first && gains[best] < others + (2 * Length(since)) + Doubt) return;
            int place = places[best];
            chosen.Add(place);
            gains[best] = double.NegativeInfinity;
            var own = vectors[place];
            Add(since, own, 1);
            Add(direction, own, -2);
            if (watched < ManyWatched) Lower(0, watched);
            else RowChunks.Run(watched, threads, (_, from, to) => Lower(from, to), default);

            void Lower(int from, int to)
            {
                var taken = vectors[place];
                for (int i = from; i < to; i++) gains[i] -= 2 * RowVectors.Dot(taken, vectors[places[i]]);
            }
        }
    }

    private static double Length(double[] vector)
    {
        double squares = 0;
        foreach (double value in vector) squares += value * value;
        return Math.Sqrt(squares);
    }

    private static void Add(double[] sum, ReadOnlySpan<float> vector, double weight)
    {
        for (int d = 0; d < sum.Length; d++) sum[d] += weight * vector[d];
    }

    private static double Dot(ReadOnlySpan<float> vector, double[] direction)
    {
        ref float x = ref MemoryMarshal.GetReference(vector);
        ref double y = ref MemoryMarshal.GetArrayDataReference(direction);
        Vector256<double> low = default, high = default;
        int d = 0, whole = direction.Length & ~7;
        for (; d < whole; d += 8)
        {
            var (first, second) = Vector256.Widen(Vector256.LoadUnsafe(ref x, (nuint)d));
            low = Vector256.FusedMultiplyAdd(first, Vector256.LoadUnsafe(ref y, (nuint)d), low);
            high = Vector256.FusedMultiplyAdd(second, Vector256.LoadUnsafe(ref y, (nuint)(d + 4)), high);
        }
        var sum = low + high;
        double dot = sum[0] + sum[1] + (sum[2] + sum[3]);
        for (; d < direction.Length; d++) dot += vector[d] * direction[d];
        return dot;
    }
}
