using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Llama;
using Miwv.Metrics;

namespace Miwv.Engine.Verification;

/// <summary>The whole token sequences of a row's passes by the contract, put together without the engine's passes.</summary>
internal sealed class RowSequences(StoredRun run, PromptEncoder encoder, Vocabulary vocabulary, int window)
{
    private readonly int[] begin = vocabulary.AddsBos && vocabulary.Bos >= 0 ? [vocabulary.Bos] : [];
    private readonly int[] end = run.Settings.ScoreEos && vocabulary.Eos >= 0 ? [vocabulary.Eos] : [];
    private readonly int[] between = vocabulary.Tokenize("\n\n");

    /// <summary>Tokens from the prompt on, and which of them are answers.</summary>
    private sealed record Own(int[] Tokens, IReadOnlyList<(int From, int To)> Answers);

    /// <summary>Without and with the neighbour that the run names; One is null if the run has no one-shot loss.</summary>
    /// <exception cref="UserException">The run's line cannot be of these rows: another answer, neighbour or cut.</exception>
    public (ScoredSequence Zero, ScoredSequence? One) Of(int row)
    {
        var score = run.Scores[row];
        var text = run.Rows.Read(row);
        var own = Tokens(text, end);
        var scored = own.Answers.Where(span => span.To > span.From && begin.Length + span.From > 0).ToList();
        if (run.Settings.Turns == TurnRule.Last) scored = scored[^1..];
        int count = scored.Sum(span => span.To - span.From);
        if (count != score.AnswerTokens) throw Other(score, $"n_answer is {score.AnswerTokens}, the answer has {count} tokens");
        var zero = ScoredSequence.Behind(begin, own.Tokens, scored);
        if (zero.Tokens.Length > window) throw Other(score, $"it has {zero.Tokens.Length} tokens, the window {window}");
        if (double.IsNaN(score.OneShot)) return (zero, null);

        int neighbor = run.NeighborOf(row);
        if (neighbor < 0 || neighbor == row) throw Other(score, neighbor < 0 ? "its neighbor is no row" : "it is its own neighbor");
        var shown = run.Rows.Read(neighbor);
        if (!run.Settings.KeepDuplicates && shown.ContentKey() == text.ContentKey())
            throw Other(score, "its neighbor is identical to it");
        var demonstration = Tokens(shown, []);
        // it ends in an answer
        int room = window - zero.Tokens.Length - between.Length, kept = Math.Min(demonstration.Tokens.Length, room);
        var last = demonstration.Answers.LastOrDefault(span => span.To > span.From && span.From < room);
        if (last.To == 0) throw Other(score, "no token of its neighbor's answer fits the window");
        kept = Math.Min(kept, last.To);
        if (kept < demonstration.Tokens.Length != score.DemonstrationCut) throw Other(score, $"demo_cut is {(score.DemonstrationCut ? "true" : "false")}");
        return (zero, ScoredSequence.Behind([.. begin, .. demonstration.Tokens[..kept], .. between], own.Tokens, scored));
    }

    private Own Tokens(Row row, int[] closing)
    {
        var tokens = new List<int>();
        var answers = new List<(int From, int To)>();
        encoder.Encode(row, tokens, answers);
        int prompt = tokens.Count;
        tokens.AddRange([.. vocabulary.Tokenize(row.Output), .. closing]);
        return new Own([.. tokens], [.. answers, (prompt, tokens.Count)]);
    }

    private UserException Other(StoredScore score, string why) =>
        new($"{run.Directory.ScoresFile}:{score.Row + 1}: row {score.Id} cannot be what this data and model give: {why}; delete the file and repeat the run, it is made again from the journal");
}
