using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Judging;

/// <summary>AlpaGasus' rating with a local model in the judge's place: the expected digit instead of a written one. Both criteria share the row's text as prefix.</summary>
public sealed class AlpaGasusMetric(bool helpfulness) : Metric
{
    private const int Lowest = 0, Highest = 5;

    private RatingPrompt? prompt;

    private string Criterion => helpfulness ? "helpfulness" : "accuracy";

    public override MetricInfo Info { get; } = helpfulness
        ? new("alpagasus_help", "sum of s * p(s) over the digits 0 to 5, helpfulness", Better.High, "AlpaGasus, arXiv 2307.08701", "one rating")
        : new("alpagasus", "sum of s * p(s) over the digits 0 to 5, accuracy", Better.High, "AlpaGasus, arXiv 2307.08701", "one rating");
    public override bool FormsRowByRow => true;
    public override bool NeedsZeroShot => false;
    public override bool IsRating => true;

    public override void AddTexts(TextCatalog texts) => prompt = new RatingPrompt(texts)
        .Then("We would like to request your feedback on the performance of AI assistant in response to the instruction and the given input displayed following.\n\n")
        .ThenRow(texts.PerRow("alpagasus", row => $"###Instruction:\n{row.Instruction}\n\n### Input:\n{row.Input}\n\n### Response:\n{row.Output}\n\n"))
        .Then($"Please rate according to the {Criterion} of the response to the instruction and the input. Each assistant receives a score on a scale of 0 to 5, where a higher score indicates higher level of the {Criterion}. Please first output a single line containing value indicating the scores.\n");

    public override void AddPasses(PassBook book) => prompt!.AddPasses(book);

    public override MetricValues Compute(PassBook book, PassResults results) =>
        Each(book, row => prompt!.Probabilities(results, row, Lowest, Highest) is { } probabilities ? DigitRating.Expected(probabilities, Lowest) : double.NaN);
}
