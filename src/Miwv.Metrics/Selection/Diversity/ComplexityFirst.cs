namespace Miwv.Metrics.Selection.Diversity;

/// <summary>
/// InsTag's complexity-first diverse sampling (arXiv 2308.07074): rows with the most tags first; a sweep takes every row that adds a tag the
/// sweep has not seen; then the next sweep begins afresh. With one tag a row (its cluster) it takes the clusters in turn.
/// </summary>
public static class ComplexityFirst
{
    /// <param name="ranked">Candidates; among rows with equally many tags the earlier comes first.</param>
    /// <param name="tags">Tags of each row (by row number); rows without any come last, in rank order.</param>
    /// <returns>Chosen rows in the order in which they were chosen.</returns>
    public static int[] Select(ReadOnlySpan<int> ranked, Func<int, IReadOnlyList<int>> tags, int count)
    {
        var left = ranked.ToArray().OrderByDescending(row => tags(row).Distinct().Count()).ToList();
        var chosen = new List<int>(Math.Min(count, left.Count));
        var seen = new HashSet<int>();
        while (chosen.Count < count && left.Count > 0)
        {
            seen.Clear();
            var next = new List<int>(left.Count);
            foreach (int row in left)
            {
                bool adds = false;
                if (chosen.Count < count)
                    foreach (int tag in tags(row)) adds |= seen.Add(tag);
                if (adds) chosen.Add(row);
                else next.Add(row);
            }
            if (next.Count == left.Count)
            {
                chosen.AddRange(left.Take(count - chosen.Count)); // only rows without tags are left
                break;
            }
            left = next;
        }
        return [.. chosen];
    }
}
