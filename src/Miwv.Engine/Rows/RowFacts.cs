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

    /// <summary>What is to be told about the rows.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    /// <exception cref="UserException">The file was changed since it was opened, or none of its rows can be used.</exception>
    public static RowFacts Read(RowFile rows, Action<int>? done, CancellationToken cancel)
    {
        var facts = new RowFacts(rows);
        RowRemarks data = new(), demonstrations = new();
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
            if (row.Notes != RowNotes.None) (i < facts.Count ? data : demonstrations).Add(row);
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
        facts.Remarks = [.. data.Lines(rows), .. rows.Demonstrations is { } shown ? demonstrations.Lines(shown) : [], .. facts.ErrorRemark(rows)];
        return facts;
    }

    // rows that cannot be scored are counted in the summary; here is only what can be done about them
    private IEnumerable<string> ErrorRemark(RowFile rows)
    {
        int[] wrong = [.. Errors.Keys.Where(row => row < Count).Order()];
        if (wrong.Length == 0) return [];
        var advice = RowErrorAdvice.For(rows, wrong.Select(row => (row, Errors[row])));
        if (wrong.Length == Count)
            throw new UserException($"{rows.Path}: none of its {Count} rows can be used; the first: {Errors[0]}{(advice is null ? "" : "; " + advice.Value.Advice)}");
        return advice is not var (first, what) ? [] : [$"{rows.Path}: {(wrong.Length == 1 ? "1 row" : $"{wrong.Length} rows")} cannot be scored, such as on {rows.Place(first)}: {Errors[first]}; {what}"];
    }
}
