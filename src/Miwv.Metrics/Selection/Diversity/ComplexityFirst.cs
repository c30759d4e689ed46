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
        int[] order = [.. ranked.ToArray().OrderByDescending(row => tags(row).Distinct().Count())];
        // Of rows with the same tags a sweep can only take the first: they are one queue of places in the order.
        var queues = Enumerable.Range(0, order.Length).GroupBy(place => string.Join(',', tags(order[place]).Distinct().Order())).Select(same => new Queue<int>(same)).ToList();
        var chosen = new List<int>(Math.Min(count, order.Length));
        var seen = new HashSet<int>();
        while (chosen.Count < count && queues.Count > 0)
        {
            seen.Clear();
            int before = chosen.Count;
            foreach (var queue in queues)
            {
                if (chosen.Count == count) break;
                bool adds = false;
                foreach (int tag in tags(order[queue.Peek()])) adds |= seen.Add(tag);
                if (adds) chosen.Add(order[queue.Dequeue()]);
            }
            if (chosen.Count == before)
            {
                chosen.AddRange(queues.SelectMany(queue => queue).Take(count - before).Select(place => order[place])); // only rows without tags are left
                break;
            }
            queues.RemoveAll(queue => queue.Count == 0);
            queues.Sort((a, b) => a.Peek().CompareTo(b.Peek()));
        }
        return [.. chosen];
    }
}
