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
        var a = passes.Segments(x);
        var b = passes.Segments(y);
        var tokens = passes.Tokens;
        int common = 0, i = 0, j = 0, atA = 0, atB = 0;
        while (i < a.Length && j < b.Length)
        {
            int restA = a[i].Length - atA, restB = b[j].Length - atB, rest = Math.Min(restA, restB);
            if (a[i].Text == b[j].Text && atA == atB)
            {
                common += rest;
            }
            else
            {
                var spanA = tokens[a[i].Text].Slice(atA, rest);
                var spanB = tokens[b[j].Text].Slice(atB, rest);
                int same = spanA.CommonPrefixLength(spanB);
                common += same;
                if (same < rest)
                {
                    left = spanA[same];
                    right = spanB[same];
                    return common;
                }
            }
            if (rest == restA) { i++; atA = 0; } else atA += rest;
            if (rest == restB) { j++; atB = 0; } else atB += rest;
        }
        left = right = 0;
        return common;
    }
}
