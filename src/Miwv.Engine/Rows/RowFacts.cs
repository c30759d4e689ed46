using System.Text;
using Miwv.Data;

namespace Miwv.Engine.Rows;

/// <summary>What is kept in memory of every row beside its place in the file: about 8 bytes.</summary>
public sealed class RowFacts
{
    private RowFacts(RowFile rows)
    {
        Count = rows.Count;
        IdenticalGroup = new int[rows.CountWithDemonstrations];
        Errors = [];
    }

    /// <summary>Rows of the data; what is kept of demonstrations from another file stands behind them.</summary>
    public int Count { get; }

    /// <summary>Rows with the same number are identical in prompt and answer.</summary>
    public int[] IdenticalGroup { get; }

    /// <summary>Rows that cannot be scored, with the reason.</summary>
    public Dictionary<int, string> Errors { get; }

    /// <summary>Assistant turns before the answer of each row; empty if no row has any.</summary>
    public int[] EarlierAnswers { get; private set; } = [];

    /// <summary>UTF-8 bytes of the longest text that is embedded.</summary>
    public int LongestText { get; private set; }

    public static RowFacts Read(RowFile rows, Action<int>? done, CancellationToken cancel)
    {
        var facts = new RowFacts(rows);
        var groups = new Dictionary<UInt128, int>(rows.CountWithDemonstrations);
        for (int i = 0; i < facts.IdenticalGroup.Length; i++)
        {
            if ((i & 1023) == 0)
            {
                cancel.ThrowIfCancellationRequested();
                done?.Invoke(i);
            }
            Row row = rows.Read(i);
            if (row.Error is not null)
            {
                facts.Errors[i] = row.Error;
                facts.IdenticalGroup[i] = -1;
                continue;
            }
            if (row.EarlierAnswers.Count() is > 0 and var earlier)
            {
                if (facts.EarlierAnswers.Length == 0) facts.EarlierAnswers = new int[facts.IdenticalGroup.Length];
                facts.EarlierAnswers[i] = earlier;
            }
            facts.LongestText = Math.Max(facts.LongestText, Encoding.UTF8.GetByteCount(row.EmbeddingText));
            var key = row.ContentKey();
            if (!groups.TryGetValue(key, out int group)) groups[key] = group = groups.Count;
            facts.IdenticalGroup[i] = group;
        }
        return facts;
    }
}
