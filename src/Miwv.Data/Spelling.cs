namespace Miwv.Data;

/// <summary>What somebody who wrote an unknown word may have meant.</summary>
public static class Spelling
{
    /// <summary>" (the nearest is X)", or nothing if no candidate is near.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) => Nearest(word, candidates) is { } near ? $" (the nearest is {near})" : "";

    /// <summary>The candidate with the fewest changes to the word, null if all are further than a third of its length, at least 2.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var best = candidates.Select(c => (Word: c, Distance: Distance(word.ToLowerInvariant(), c.ToLowerInvariant())))
            .OrderBy(c => c.Distance).ThenBy(c => c.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(2, word.Length / 3) && best.Distance < Math.Max(word.Length, best.Word.Length) ? best.Word : null;
    }

    // Levenshtein, with a swap of neighbours as one change
    private static int Distance(string a, string b)
    {
        var rows = new int[3][] { new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1] };
        for (int j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = rows[i % 3], above = rows[(i + 2) % 3], second = rows[(i + 1) % 3];
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                now[j] = Math.Min(Math.Min(now[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = Math.Min(now[j], second[j - 2] + 1);
            }
        }
        return rows[a.Length % 3][b.Length];
    }
}
