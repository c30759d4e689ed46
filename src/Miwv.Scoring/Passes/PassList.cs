namespace Miwv.Scoring.Passes;

/// <summary>
/// All passes of a run. A pass is a token sequence, given as segments, and the span of it that is scored:
/// target positions [ScoredFrom, ScoredTo), each predicted by the position before it.
/// </summary>
public sealed class PassList(TokenTable tokens)
{
    private readonly ChunkedInts firstSegment = [0], texts = [], lengths = [], scoredFrom = [], scoredTo = [];

    // segments shorter than their text, by place; they stand as ~text among the texts
    private readonly Dictionary<int, int> cuts = [];
    private readonly Dictionary<int, PassWants> wants = [];
    private readonly Dictionary<int, int> earlier = [];
    private readonly HashSet<int> beginnings = [];

    public TokenTable Tokens => tokens;
    public int Count => lengths.Count;

    /// <summary>Tokens of a pass.</summary>
    public int Length(int pass) => lengths[pass];
    public int ScoredFrom(int pass) => scoredFrom[pass];
    public int ScoredTo(int pass) => scoredTo[pass];
    public int ScoredCount(int pass) => scoredTo[pass] - scoredFrom[pass];

    /// <summary>Passes directly before this one that are joined with it.</summary>
    public int Earlier(int pass) => earlier.GetValueOrDefault(pass);

    /// <summary>True if a pass is the beginning of one it is joined with, so that a loop without sharing decodes both at once.</summary>
    public bool IsBeginning(int pass) => beginnings.Contains(pass);

    /// <summary>Tokens that a loop without sharing decodes for a pass and those joined with it.</summary>
    public long PlainLength(int pass)
    {
        long length = lengths[pass];
        for (int i = pass - Earlier(pass); i < pass; i++)
            if (!IsBeginning(i)) length += lengths[i];
        return length;
    }

    /// <summary>Ids whose logits are kept for the passes that want them.</summary>
    public IReadOnlyList<int> ListedIds { get; set; } = [];

    /// <summary>All that any pass wants.</summary>
    public PassWants AllWants { get; private set; }

    /// <summary>What is kept of a pass beside its sum.</summary>
    public PassWants Wants(int pass) => wants.GetValueOrDefault(pass);

    /// <summary>Adds to what is kept of a pass and those joined with it.</summary>
    public void Want(int pass, PassWants more)
    {
        for (int i = pass - Earlier(pass); i <= pass; i++) wants[i] = Wants(i) | more;
        AllWants |= more;
    }

    /// <summary>Places [First, End) of a pass's segments.</summary>
    internal (int First, int End) Segments(int pass) => (firstSegment[pass], firstSegment[pass + 1]);

    /// <summary>The segment at a place.</summary>
    internal Segment SegmentAt(int place)
    {
        int text = texts[place];
        return text >= 0 ? new Segment(text, tokens.Length(text)) : new Segment(~text, cuts[place]);
    }

    /// <summary>Joins a pass with the <paramref name="count"/> before it: their scored tokens are one answer, given in several parts.</summary>
    public void Join(int pass, int count)
    {
        earlier[pass] = count;
        for (int i = pass - count; i < pass; i++)
            if (Begins(i, pass)) beginnings.Add(i);
    }

    private bool Begins(int part, int whole)
    {
        var (own, end) = Segments(part);
        var (other, otherEnd) = Segments(whole);
        if (end - own > otherEnd - other) return false;
        for (; own < end - 1; own++, other++)
            if (SegmentAt(own) != SegmentAt(other)) return false;
        return SegmentAt(own).Text == SegmentAt(other).Text && SegmentAt(own).Length <= SegmentAt(other).Length;
    }

    /// <summary>Adds a pass whose last segment is scored.</summary>
    /// <returns>Its index.</returns>
    public int Add(params ReadOnlySpan<Segment> parts)
    {
        int length = 0;
        foreach (var part in parts) length += part.Length;
        return Add(parts, length - parts[^1].Length, length);
    }

    /// <summary>Adds a pass with target positions [from, to) scored.</summary>
    /// <exception cref="ArgumentException">The span is empty, starts at position 0 (nothing predicts it) or ends behind the pass.</exception>
    public int Add(ReadOnlySpan<Segment> parts, int from, int to)
    {
        int length = 0;
        foreach (var part in parts)
        {
            if (part.Length < 0 || part.Length > tokens.Length(part.Text))
                throw new ArgumentException($"segment of {part.Length} tokens in a text of {tokens.Length(part.Text)}");
            length += part.Length;
            if (part.Length == 0) continue;
            bool whole = part.Length == tokens.Length(part.Text);
            if (!whole) cuts[texts.Count] = part.Length;
            texts.Add(whole ? part.Text : ~part.Text);
        }
        if (from < 1 || to <= from || to > length)
            throw new ArgumentException($"scored span {from}..{to} of a pass of {length} tokens");
        firstSegment.Add(texts.Count);
        lengths.Add(length);
        scoredFrom.Add(from);
        scoredTo.Add(to);
        return Count - 1;
    }

    /// <summary>Copies tokens [from, from + to.Length) of a pass.</summary>
    public void CopyTokens(int pass, int from, Span<int> to)
    {
        var (place, end) = Segments(pass);
        for (; place < end; place++)
        {
            if (to.IsEmpty) return;
            var segment = SegmentAt(place);
            if (from >= segment.Length)
            {
                from -= segment.Length;
                continue;
            }
            var part = tokens[segment.Text][from..segment.Length];
            if (part.Length > to.Length) part = part[..to.Length];
            part.CopyTo(to);
            to = to[part.Length..];
            from = 0;
        }
        if (!to.IsEmpty) throw new ArgumentOutOfRangeException(nameof(to), $"{to.Length} tokens beyond the end of pass {pass}");
    }
}
