using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Llama;

namespace Miwv.Engine.Verification;

/// <summary>The whole token sequences of a row's passes by the contract (DESIGN 3), put together without the engine's passes.</summary>
internal sealed class RowSequences(StoredRun run, PromptEncoder encoder, Vocabulary vocabulary, int window)
{
    private readonly int[] begin = vocabulary.AddsBos && vocabulary.Bos >= 0 ? [vocabulary.Bos] : [];
    private readonly int[] end = run.Settings.ScoreEos && vocabulary.Eos >= 0 ? [vocabulary.Eos] : [];
    private readonly int[] between = vocabulary.Tokenize("\n\n");

    /// <summary>Without and with the neighbour that the run names; One is null if the run has no one-shot loss.</summary>
    /// <exception cref="UserException">The run's line cannot be of these rows: another answer, neighbour or cut.</exception>
    public (int[] Zero, int[]? One) Of(int row)
    {
        var score = run.Scores[row];
        var text = run.Rows.Read(row);
        int[] own = [.. Prompt(text), .. vocabulary.Tokenize(text.Output), .. end];
        int scored = vocabulary.Tokenize(text.Output).Length + end.Length;
        if (scored != score.AnswerTokens) throw Other(score, $"n_answer is {score.AnswerTokens}, the answer has {scored} tokens");
        int[] zero = [.. begin, .. own];
        if (zero.Length > window) throw Other(score, $"it has {zero.Length} tokens, the window {window}");
        if (double.IsNaN(score.OneShot)) return (zero, null);

        int neighbor = run.NeighborOf(row);
        if (neighbor < 0 || neighbor == row) throw Other(score, neighbor < 0 ? "its neighbor is no row" : "it is its own neighbor");
        var shown = run.Rows.Read(neighbor);
        if (!run.Settings.KeepDuplicates && shown.ContentKey() == text.ContentKey())
            throw Other(score, "its neighbor is identical to it");
        int[] demonstration = [.. Prompt(shown)], answer = vocabulary.Tokenize(shown.Output);
        int kept = Math.Min(answer.Length, window - begin.Length - demonstration.Length - between.Length - own.Length);
        if (kept < 1) throw Other(score, "no token of its neighbor's answer fits the window");
        if (kept < answer.Length != score.DemonstrationCut) throw Other(score, $"demo_cut is {(score.DemonstrationCut ? "true" : "false")}");
        return (zero, [.. begin, .. demonstration, .. answer[..kept], .. between, .. own]);
    }

    private List<int> Prompt(Row row)
    {
        var tokens = new List<int>();
        encoder.Encode(row, tokens);
        return tokens;
    }

    private UserException Other(StoredScore score, string why) =>
        new($"{run.Directory.ScoresFile}:{score.Row + 1}: row {score.Id} cannot be what this data and model give: {why}; delete the file and repeat the run, it is made again from the journal");
}
