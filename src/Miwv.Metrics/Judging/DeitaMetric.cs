using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Judging;

/// <summary>
/// DEITA's complexity, quality, or their product. Meant for its trained scorers converted to GGUF, whose prompts these are; any other
/// model's digits are a stand-in. Each assistant turn is rated with the user's turn before it; the product is summed over the scored turns
/// of a conversation, as the paper has it, where other metrics take the mean.
/// </summary>
public sealed class DeitaMetric(bool complexity, bool quality) : Metric
{
    private const int Lowest = 1, Highest = 6;

    private RatingPrompt? complexityPrompt, qualityPrompt;

    public override MetricInfo Info { get; } = (complexity, quality) switch
    {
        (true, false) => new("deita_complexity", "sum of s * p(s) over the digits 1 to 6, complexity prompt", Better.High, "DEITA, arXiv 2312.15685", "one rating"),
        (false, true) => new("deita_quality", "sum of s * p(s) over the digits 1 to 6, quality prompt", Better.High, "DEITA, arXiv 2312.15685", "one rating"),
        _ => new("deita", "complexity * quality, summed over the turns", Better.High, "DEITA, arXiv 2312.15685", "two ratings a turn"),
    };
    public override bool FormsRowByRow => true;
    public override bool NeedsZeroShot => false;
    public override bool IsRating => true;

    public override void AddTexts(TextCatalog texts)
    {
        if (complexity)
            complexityPrompt = new RatingPrompt(texts).ThenRow(texts.PerRow("deita complexity", row => Complexity(Query(row))),
                texts.PerTurn("deita complexity", (earlier, turn) => Complexity(earlier.Query(turn))));
        if (quality)
            qualityPrompt = new RatingPrompt(texts).ThenRow(texts.PerRow("deita quality", row => Quality(Query(row), row.Output)),
                texts.PerTurn("deita quality", (earlier, turn) => Quality(earlier.Query(turn), earlier.Answer(turn))));
    }

    public override void AddPasses(PassBook book)
    {
        complexityPrompt?.AddPasses(book);
        qualityPrompt?.AddPasses(book);
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var turns = new Dictionary<int, double[]>();
        var values = Each(book, row =>
        {
            int[] earlier = book.ScoredEarlier(row);
            double last = Score(complexityPrompt, prompt => prompt.Probabilities(results, row, Lowest, Highest)) * Score(qualityPrompt, prompt => prompt.Probabilities(results, row, Lowest, Highest));
            if (earlier.Length == 0) return last;
            turns[row] = [.. earlier.Select(turn => book.Turns.First(row) + turn).Select(place =>
                Score(complexityPrompt, prompt => prompt.TurnProbabilities(results, place, Lowest, Highest)) * Score(qualityPrompt, prompt => prompt.TurnProbabilities(results, place, Lowest, Highest))), last];
            return (complexity && quality) || book.Turns.Rule == TurnRule.Sum ? turns[row].Sum() : turns[row].Average();
        });
        return values with { Turns = turns };
    }

    private static double Score(RatingPrompt? prompt, Func<RatingPrompt, double[]?> probabilities) =>
        prompt is null ? 1 : probabilities(prompt) is { } found ? DigitRating.Expected(found, Lowest) : double.NaN;

    private static string Complexity(string query) =>
        $"You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: {query}  \n##Complexity: ";

    private static string Quality(string query, string response) =>
        $"You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question. \n #Question#:\n{query}\n#Response#:\n{response} \n##Quality: ";

    private static string Query(Data.Row row) => row.Input.Length == 0 ? row.Instruction : row.Instruction + "\n" + row.Input;
}
