using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Judging;

/// <summary>
/// DEITA's complexity, quality, or their product. Meant for its trained scorers converted to GGUF, whose prompts these are; any other
/// model's digits are a stand-in. The query and response are the row's last turn.
/// </summary>
public sealed class DeitaMetric(bool complexity, bool quality) : Metric
{
    private const int Lowest = 1, Highest = 6;

    private RatingPrompt? complexityPrompt, qualityPrompt;

    public override MetricInfo Info { get; } = (complexity, quality) switch
    {
        (true, false) => new("deita_complexity", "sum of s * p(s) over the digits 1 to 6, complexity prompt", Better.High, "DEITA, arXiv 2312.15685", "one rating"),
        (false, true) => new("deita_quality", "sum of s * p(s) over the digits 1 to 6, quality prompt", Better.High, "DEITA, arXiv 2312.15685", "one rating"),
        _ => new("deita", "deita_complexity * deita_quality", Better.High, "DEITA, arXiv 2312.15685", "two ratings"),
    };
    public override bool NeedsZeroShot => false;
    public override bool IsRating => true;

    public override void AddTexts(TextCatalog texts)
    {
        if (complexity)
            complexityPrompt = new RatingPrompt(texts).ThenRow(texts.PerRow("deita complexity",
                row => $"You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: {Query(row)}  \n##Complexity: "));
        if (quality)
            qualityPrompt = new RatingPrompt(texts).ThenRow(texts.PerRow("deita quality",
                row => $"You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question. \n #Question#:\n{Query(row)}\n#Response#:\n{row.Output} \n##Quality: "));
    }

    public override void AddPasses(PassBook book)
    {
        complexityPrompt?.AddPasses(book);
        qualityPrompt?.AddPasses(book);
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        Each(book, row => Score(complexityPrompt, results, row) * Score(qualityPrompt, results, row));

    private static double Score(RatingPrompt? prompt, PassResults results, int row) =>
        prompt is null ? 1 : prompt.Probabilities(results, row, Lowest, Highest) is { } probabilities ? DigitRating.Expected(probabilities, Lowest) : double.NaN;

    private static string Query(Data.Row row) => row.Input.Length == 0 ? row.Instruction : row.Instruction + "\n" + row.Input;
}
