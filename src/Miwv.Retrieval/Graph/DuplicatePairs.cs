namespace Miwv.Retrieval;

/// <summary>Joins the vectors of every pair at or above a cosine into groups; f32 finds the pairs, fp64 decides those near the threshold.</summary>
internal sealed class DuplicatePairs : PairSink
{
    private readonly EmbeddingStore _store;
    private readonly DistinctVectors _vectors;
    private readonly double _threshold;
    private readonly double _certain;
    private readonly Lock _gate = new();

    internal DuplicatePairs(EmbeddingStore store, DistinctVectors vectors, double threshold, double scoreError)
    {
        (_store, _vectors, _threshold, _certain) = (store, vectors, threshold, threshold + scoreError);
        Thresholds = AllocateThresholds(vectors.Count, MathF.BitDecrement((float)(threshold - scoreError)));
        Sets = new DisjointSets(vectors.Count);
    }

    internal DisjointSets Sets { get; }

    internal override float[] Thresholds { get; }

    internal override void Offer(int vector, int candidate, float score)
    {
        if (vector > candidate)
            return; // every pair comes twice, once for each side
        if (score <= _certain && _store.Cosine(_vectors.FirstRows[vector], _vectors.FirstRows[candidate]) < _threshold)
            return;
        lock (_gate)
            Sets.Join(vector, candidate);
    }
}
