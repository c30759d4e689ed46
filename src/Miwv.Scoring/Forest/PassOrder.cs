using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Forest;

/// <summary>Lexicographic order of passes by token id; a prefix comes before what continues it, equal passes by index.</summary>
internal sealed class PassOrder(PassList passes) : IComparer<int>
{
    public int Compare(int x, int y)
    {
        if (x == y) return 0;
        int common = CommonPrefix(x, y, out int left, out int right);
        if (common == passes.Length(x) || common == passes.Length(y))
        {
            int byLength = passes.Length(x).CompareTo(passes.Length(y));
            return byLength != 0 ? byLength : x.CompareTo(y);
        }
        return left.CompareTo(right);
    }

    /// <summary>Number of tokens two passes begin with in common, and the first differing tokens (0 if one ends there).</summary>
    public int CommonPrefix(int x, int y, out int left, out int right)
    {
        var (i, endA) = passes.Segments(x);
        var (j, endB) = passes.Segments(y);
        var tokens = passes.Tokens;
        int common = 0, atA = 0, atB = 0;
        Segment a = passes.SegmentAt(i), b = passes.SegmentAt(j);
        while (true)
        {
            int restA = a.Length - atA, restB = b.Length - atB, rest = Math.Min(restA, restB);
            if (a.Text == b.Text && atA == atB)
            {
                common += rest;
            }
            else
            {
                var spanA = tokens[a.Text].Slice(atA, rest);
                var spanB = tokens[b.Text].Slice(atB, rest);
                int same = spanA.CommonPrefixLength(spanB);
                common += same;
                if (same < rest)
                {
                    left = spanA[same];
                    right = spanB[same];
                    return common;
                }
            }
            atA += rest;
            atB += rest;
            bool endsA = rest == restA && ++i == endA, endsB = rest == restB && ++j == endB;
            if (endsA || endsB) break;
            if (rest == restA) (a, atA) = (passes.SegmentAt(i), 0);
            if (rest == restB) (b, atB) = (passes.SegmentAt(j), 0);
        }
        left = right = 0;
        return common;
    }
}
