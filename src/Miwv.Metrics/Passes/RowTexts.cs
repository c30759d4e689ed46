using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Passes;

/// <summary>The rows' tokens as segments, and the passes that score a row: all its assistant turns in one sequence, each a pass that is the beginning of the next.</summary>
public sealed class RowTexts(TokenTable tokens, TextCatalog texts)
{
    private readonly EarlierTurns turns = texts.Turns;

    public Segment Bos => Whole(texts.Bos);
    public Segment Separator => Whole(texts.Separator);
    public Segment Eos => Whole(texts.Eos);

    /// <summary>Everything before the answer, earlier turns included.</summary>
    public Segment Prompt(int row) => Whole(2 * row);

    /// <summary>The answer, which in a conversation is the last assistant turn.</summary>
    public Segment Answer(int row) => Whole(2 * row + 1);

    /// <summary>All tokens of a text.</summary>
    public Segment Whole(int text) => new(text, tokens.Length(text));

    /// <summary>Tokens of a row from its prompt on, the scored EOS included.</summary>
    public int Length(int row) => Prompt(row).Length + Answer(row).Length + Eos.Length;

    /// <summary>The earlier answers that are scored: those with tokens and something before them. Numbers among the row's earlier answers.</summary>
    public IEnumerable<int> ScoredEarlier(int row)
    {
        if (turns.Rule == TurnRule.Last) yield break;
        for (int turn = 0; turn < turns.Count(row); turn++)
        {
            var (from, to) = turns.Span(row, turn);
            if (to > from && Bos.Length + from > 0) yield return turn;
        }
    }

    /// <summary>Tokens of a row that are scored.</summary>
    public int ScoredTokens(int row)
    {
        int count = Answer(row).Length + Eos.Length;
        if (turns.Count(row) == 0) return count;
        foreach (int turn in ScoredEarlier(row)) count += turns.Span(row, turn).To - turns.Span(row, turn).From;
        return count;
    }

    /// <summary>As much of a row as fits <paramref name="room"/> tokens as a demonstration: it ends in an answer, whose end is cut.</summary>
    /// <param name="prompt">The prompt; of a long conversation the beginning that ends in an earlier answer.</param>
    /// <param name="answer">What is shown of the answer.</param>
    /// <returns>False if not one token of an answer fits.</returns>
    public bool TryShow(int row, int room, out Segment prompt, out Segment answer)
    {
        (prompt, answer) = (Prompt(row), Answer(row));
        if (room > prompt.Length)
        {
            answer = answer with { Length = Math.Min(answer.Length, room - prompt.Length) };
            return answer.Length > 0;
        }
        answer = answer with { Length = 0 };
        for (int turn = turns.Count(row) - 1; turn >= 0; turn--)
        {
            var (from, to) = turns.Span(row, turn);
            if (to == from || from >= room) continue;
            prompt = prompt with { Length = Math.Min(room, to) };
            return true;
        }
        return false;
    }

    /// <summary>The least room in which <see cref="TryShow"/> shows something of an answer.</summary>
    public int LeastRoom(int row)
    {
        for (int turn = 0; turn < turns.Count(row); turn++)
        {
            var (from, to) = turns.Span(row, turn);
            if (to > from) return from + 1;
        }
        return Prompt(row).Length + 1;
    }

    /// <summary>A context, the row's prompt and its answer, all assistant turns scored.</summary>
    /// <returns>The pass of the answer; those of the earlier turns are joined with it.</returns>
    public int AddScored(PassList passes, ReadOnlySpan<Segment> context, int row)
    {
        int before = 0, earlier = 0;
        foreach (var part in context) before += part.Length;
        var prompt = Prompt(row);
        if (turns.Count(row) > 0)
        {
            foreach (int turn in ScoredEarlier(row))
            {
                var (from, to) = turns.Span(row, turn);
                passes.Add([.. context, prompt with { Length = to }], before + from, before + to);
                earlier++;
            }
        }
        before += prompt.Length;
        int pass = passes.Add([.. context, prompt, Answer(row), Eos], before, before + Answer(row).Length + Eos.Length);
        if (earlier > 0) passes.Join(pass, earlier);
        return pass;
    }

    /// <summary>Every scored assistant turn by itself behind a context; without the prompt they are sequences of their own.</summary>
    /// <returns>The pass of the answer; those of the earlier turns are joined with it.</returns>
    public int AddAlone(PassList passes, ReadOnlySpan<Segment> context, int row)
    {
        int before = 0, earlier = 0;
        foreach (var part in context) before += part.Length;
        if (turns.Count(row) > 0)
        {
            foreach (int turn in ScoredEarlier(row))
            {
                var own = Whole(texts.EarlierAnswer(row, turn));
                passes.Add([.. context, own], before, before + own.Length);
                earlier++;
            }
        }
        int pass = passes.Add([.. context, Answer(row), Eos], before, before + Answer(row).Length + Eos.Length);
        if (earlier > 0) passes.Join(pass, earlier);
        return pass;
    }
}
