namespace Miwv.Retrieval;

/// <summary>The k best candidates so far, kept in order in the caller's spans: highest cosine, ties to the lower rank (to the lower id where no ranks are given).</summary>
internal ref struct BestCandidates(Span<int> ids, Span<double> cosines, ReadOnlySpan<int> ranks)
{
    private readonly Span<int> _ids = ids;
    private readonly Span<double> _cosines = cosines;
    private readonly ReadOnlySpan<int> _ranks = ranks;

    internal int Count { get; private set; }

    internal void Clear() => Count = 0;

    /// <summary>False when it is not among the k best.</summary>
    internal bool Offer(int id, double cosine)
    {
        int at = Count;
        while (at > 0 && IsBefore(id, cosine, at - 1))
            at--;
        if (at == _ids.Length)
            return false;
        int kept = Math.Min(Count, _ids.Length - 1);
        _ids[at..kept].CopyTo(_ids[(at + 1)..]);
        _cosines[at..kept].CopyTo(_cosines[(at + 1)..]);
        (_ids[at], _cosines[at]) = (id, cosine);
        Count = kept + 1;
        return true;
    }

    private bool IsBefore(int id, double cosine, int place) =>
        cosine > _cosines[place] || (cosine == _cosines[place] && Rank(id) < Rank(_ids[place]));

    private int Rank(int id) => _ranks.IsEmpty ? id : _ranks[id];
}
