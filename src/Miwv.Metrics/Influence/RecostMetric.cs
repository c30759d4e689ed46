using System.Globalization;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Influence;

/// <summary>
/// RECOST's two signals (arXiv 2402.17355): the entropy of the answer, estimated by its own tokens, behind the k nearest demonstrations, all in
/// one context, or how much they lower it. Meant for demonstrations from another file. The paper's re-ranking by the two and its sampling are
/// not published exactly; a rank sum of both is near. The nearest demonstration stands next to the row; those that do not fit are left out, the farthest first.
/// </summary>
public sealed class RecostMetric(int count, bool gain) : Metric
{
    private int[] passes = [], shown = [];

    public override MetricInfo Info { get; } = (gain
        ? new MetricInfo("recost_gain", "L(y|x) - L(y|d_k..d_1,x), d = the k nearest, nearest last", Better.High, "RECOST, arXiv 2402.17355, its relative signal", "zero-shot, one behind k demonstrations")
        : new("recost", "L(y|d_k..d_1,x), d = the k nearest, nearest last", Better.High, "RECOST, arXiv 2402.17355, without its re-ranking", "one behind k demonstrations")) with
    {
        Parameter = ("k, demonstrations", 5),
    };
    public override string Field => string.Create(CultureInfo.InvariantCulture, $"{Info.Name}{count}");
    public override bool NeedsZeroShot => gain;
    public override int Neighbors => count;
    public override bool NeedsOneShot => true;

    public override void AddPasses(PassBook book)
    {
        (passes, shown) = (new int[book.Rows], new int[book.Rows]);
        foreach (int row in book.UsableRows())
        {
            if (gain) book.ZeroShot(row);
            var context = new List<Segment>();
            int room = book.Window - book.Bos.Length - book.RowLength(row);
            foreach (int demonstration in book.Neighbors!.Neighbors(row)[..count])
            {
                if (demonstration < 0) break;
                int length = book.Prompt(demonstration).Length + book.Answer(demonstration).Length + book.Separator.Length;
                if (length > room) break;
                room -= length;
                context.InsertRange(0, [book.Prompt(demonstration), book.Answer(demonstration), book.Separator]);
                shown[row]++;
            }
            // a single one that does not fit is cut, as MIWV's is
            passes[row] = shown[row] == 0 ? book.OneShot(row) : book.Behind([book.Bos, .. context], row);
        }
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var values = EachTurn(book, results, row => gain ? results.Loss(book.ZeroShot(row)) - results.Loss(passes[row]) : results.Loss(passes[row]));
        return values with { Details = [(Field + "_shown", Each(book, row => Math.Max(1, shown[row])).Values)] };
    }
}
