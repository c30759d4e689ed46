using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Judging;

/// <summary>
/// SelectIT's token and sentence level (arXiv 2402.16705) as the paper has them: without the second softmax of its code, with every
/// rating prompt for every row. The prompts are this project's own. Its model level is the mean of runs with several models.
/// </summary>
public sealed class SelectItMetric(int count) : Metric
{
    /// <summary>Rating prompts there are.</summary>
    public const int MostPrompts = 5;

    private const int Lowest = 1, Highest = 5;

    private static readonly string[] Questions =
    [
        "Rate how well the response follows the instruction, from 1 (not at all) to 5 (completely).",
        "How correct is the response to the instruction? Give a number from 1 (wrong) to 5 (right).",
        "Judge how much a model could learn from this pair of instruction and response, from 1 (nothing) to 5 (a lot).",
        "Give the pair of instruction and response a quality score from 1 (very poor) to 5 (excellent).",
        "On a scale from 1 to 5, how helpful is the response to somebody who gives this instruction?",
    ];

    private RatingPrompt[] prompts = [];

    public override MetricInfo Info { get; } = new("selectit", "mean over k prompts of (best digit * mean distance of the others' probability) / (1 + 0.2 * deviation)", Better.High, "SelectIT, arXiv 2402.16705", "k ratings")
    {
        Parameter = ("rating prompts, at most 5", 5),
    };
    public override bool FormsRowByRow => true;
    public override string Field => count == MostPrompts ? "selectit" : $"selectit{count}";
    public override bool NeedsZeroShot => false;
    public override bool IsRating => true;

    public override void AddTexts(TextCatalog texts)
    {
        int rows = texts.PerRow("selectit", row => $"\nInstruction:{row.EmbeddingText}\nResponse:{row.Output}\nThe answer is: \n");
        prompts = [.. Questions.Take(count).Select(question => new RatingPrompt(texts).Then(question).ThenRow(rows))];
    }

    public override void AddPasses(PassBook book)
    {
        foreach (var prompt in prompts) prompt.AddPasses(book);
    }

    public override MetricValues Compute(PassBook book, PassResults results) => Each(book, row =>
    {
        var ratings = prompts.Select(prompt => prompt.Probabilities(results, row, Lowest, Highest)).ToList();
        return ratings.Contains(null) ? double.NaN : DigitRating.SentenceLevel([.. ratings.Select(rating => DigitRating.TokenLevel(rating, Lowest))]);
    });
}
