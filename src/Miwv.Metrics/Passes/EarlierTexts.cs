using Miwv.Data;

namespace Miwv.Metrics.Passes;

/// <summary>The earlier answers of one row and what was asked before each, found once: a row may have hundreds of thousands of turns.</summary>
public sealed class EarlierTexts
{
    private readonly IReadOnlyList<Turn> history;
    private readonly int[] answers;

    public EarlierTexts(Row row)
    {
        history = row.History;
        answers = [.. Enumerable.Range(0, history.Count).Where(turn => history[turn].Role == TurnRole.Assistant)];
    }

    /// <param name="number">0-based among the row's earlier answers.</param>
    public string Answer(int number) => history[answers[number]].Text;

    /// <summary>What the user says directly before an earlier answer, several turns joined by a newline; empty if nothing.</summary>
    /// <param name="number">0-based among the row's earlier answers.</param>
    public string Query(int number)
    {
        int end = answers[number], start = end;
        while (start > 0 && history[start - 1].Role == TurnRole.User) start--;
        return string.Join('\n', Enumerable.Range(start, end - start).Select(turn => history[turn].Text));
    }
}
