using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Texts;

/// <summary>Tokens of the answer, or of the prompt: the plainest baseline there is.</summary>
public sealed class LengthMetric(bool prompt) : Metric
{
    public override MetricInfo Info { get; } = prompt
        ? new("prompt_tokens", "tokens of the prompt", Better.High, "InstructMining, arXiv 2307.06290", "none")
        : new("answer_tokens", "tokens of the answer", Better.High, "Long Is More for Alignment, arXiv 2402.04833", "none");
    public override bool NeedsZeroShot => false;

    public override MetricValues Compute(PassBook book, PassResults results) => Each(book, row => prompt ? book.Prompt(row).Length - EarlierTokens(book, row) : book.Answer(row).Length + EarlierTokens(book, row));

    // of the answers that stand in the prompt
    private static int EarlierTokens(PassBook book, int row) =>
        book.ScoredEarlier(row).Sum(turn => book.Turns.Span(row, turn).To - book.Turns.Span(row, turn).From);
}
