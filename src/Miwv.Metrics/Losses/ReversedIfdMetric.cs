using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>Reversed IFD of Selective Reflection-Tuning: how little the answer tells of its instruction.</summary>
public sealed class ReversedIfdMetric : Metric
{
    private int start, head, tail, instructions;
    private int[] guessed = [], alone = [];

    public override MetricInfo Info { get; } = new("rifd", "PPL(x|y, \"guess the instruction\") / PPL(x)", Better.Low, "Selective Reflection-Tuning, arXiv 2402.10110", "instruction behind its answer, instruction alone");
    public override bool FormsRowByRow => true;
    public override bool NeedsZeroShot => false;

    public override void AddTexts(TextCatalog texts)
    {
        start = texts.Start();
        head = texts.Shared("Below is the response to an instruction, please guess the corresponding instruction for the given response.\n");
        tail = texts.Shared("\nGenerate the instruction for the above response.");
        instructions = texts.PerRow("instruction", row => row.EmbeddingText);
    }

    public override void AddPasses(PassBook book)
    {
        guessed = new int[book.Rows];
        alone = new int[book.Rows];
        foreach (int row in book.UsableRows())
        {
            var instruction = book.Whole(instructions + row);
            int before = book.Bos.Length + book.Whole(head).Length + book.Answer(row).Length + book.Whole(tail).Length, first = book.Whole(start).Length;
            guessed[row] = book.AddSpan([book.Bos, book.Whole(head), book.Answer(row), book.Whole(tail), instruction], before, before + instruction.Length);
            alone[row] = book.AddSpan([book.Whole(start), instruction], first, first + instruction.Length);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results) =>
        Each(book, row => IfdMetric.PerplexityRatio(results.Loss(guessed[row]), results.Loss(alone[row])));
}
