using System.Runtime.CompilerServices;

namespace Miwv.Retrieval;

/// <summary>
/// Per vector, every candidate that can still be among its k best, judged by f32 scores whose error is at most <c>scoreError</c>.
/// A candidate is dropped only when k others are certainly better; crowded lists are settled in fp64 at once, so memory stays
/// at a few entries a vector whatever the data.
/// </summary>
internal sealed class CandidateTable : PairSink
{
    private const int LockCount = 4096;

    private readonly int _k;
    private readonly int _capacity;
    private readonly double _scoreError;
    private readonly DistinctVectors _vectors;
    private readonly VectorRules _rules;
    private readonly EmbeddingStore _store;
    private readonly Candidate[] _slots;
    private readonly int[] _counts;
    private readonly int[] _locks = new int[LockCount];

    internal CandidateTable(EmbeddingStore store, DistinctVectors vectors, VectorRules rules, int k, double scoreError)
    {
        (_store, _vectors, _rules, _k, _scoreError) = (store, vectors, rules, k, scoreError);
        _capacity = k + Math.Max(7, k / 2);
        if ((long)vectors.Count * _capacity > Array.MaxLength)
            throw new ArgumentException($"{k} neighbours of {vectors.Count} rows are more than memory can hold; ask for fewer");
        _slots = new Candidate[(long)vectors.Count * _capacity];
        _counts = new int[vectors.Count];
        Thresholds = AllocateThresholds(vectors.Count, float.NegativeInfinity);
    }

    internal override float[] Thresholds { get; }

    internal override void Offer(int vector, int candidate, float score)
    {
        if (!_rules.Allows(vector, candidate))
            return;
        ref int gate = ref _locks[vector % LockCount];
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref gate, 1, 0) != 0)
            spin.SpinOnce();
        try
        {
            if (score >= Thresholds[vector])
                Insert(vector, new Candidate(candidate, score));
        }
        finally
        {
            Volatile.Write(ref gate, 0);
        }
    }

    /// <summary>The k best candidates in fp64, best first, ties to the vector whose first eligible row is lower. Call once, when nothing is offered any more.</summary>
    internal int Best(int vector, Span<int> ids, Span<double> cosines)
    {
        int count = Settle(vector, out double[] exact);
        for (int c = 0; c < count; c++)
            (ids[c], cosines[c]) = (Slots(vector)[c].Vector, exact[c]);
        return count;
    }

    /// <summary>Slots are kept by falling score, so the k-th gives the threshold, and what falls behind it leaves at the end.</summary>
    private void Insert(int vector, Candidate candidate)
    {
        Span<Candidate> slots = Slots(vector);
        int count = _counts[vector];
        int at = count;
        for (; at > 0 && slots[at - 1].Score < candidate.Score; at--)
            slots[at] = slots[at - 1];
        slots[at] = candidate;
        count++;
        if (count >= _k)
        {
            double floor = slots[_k - 1].Score - 2 * _scoreError;
            Raise(vector, floor);
            while (count > _k && slots[count - 1].Score < floor)
                count--;
        }
        _counts[vector] = count;
        if (count < _capacity)
            return;
        Settle(vector, out double[] exact);
        Raise(vector, exact[_k - 1] - _scoreError);
        slots[.._k].Sort(static (x, y) => y.Score.CompareTo(x.Score));
    }

    private int Settle(int vector, out double[] exact)
    {
        Span<Candidate> slots = Slots(vector)[.._counts[vector]];
        exact = new double[slots.Length];
        int row = _vectors.FirstRows[vector];
        for (int c = 0; c < slots.Length; c++)
            exact[c] = _store.Cosine(row, _vectors.FirstRows[slots[c].Vector]);
        for (int c = 1; c < slots.Length; c++) // insertion sort: lists are short and mostly in order
        {
            (Candidate candidate, double cosine) = (slots[c], exact[c]);
            int at = c;
            for (; at > 0 && IsBetter(cosine, candidate.Vector, exact[at - 1], slots[at - 1].Vector); at--)
                (slots[at], exact[at]) = (slots[at - 1], exact[at - 1]);
            (slots[at], exact[at]) = (candidate, cosine);
        }
        return _counts[vector] = Math.Min(_k, slots.Length);
    }

    private bool IsBetter(double cosine, int vector, double thanCosine, int thanVector) =>
        cosine > thanCosine || (cosine == thanCosine && _rules.FirstEligible[vector] < _rules.FirstEligible[thanVector]);

    private void Raise(int vector, double floor)
    {
        float threshold = MathF.BitDecrement((float)floor);
        if (threshold > Thresholds[vector])
            Thresholds[vector] = threshold;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<Candidate> Slots(int vector) => _slots.AsSpan(vector * _capacity, _capacity);

    private readonly record struct Candidate(int Vector, float Score);
}
