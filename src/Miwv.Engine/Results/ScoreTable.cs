using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Rows;
using Miwv.Metrics;
using Miwv.Metrics.Passes;
using Miwv.Retrieval;

namespace Miwv.Engine.Results;

/// <summary>The scores of all rows, as columns; NaN = no score. Losses are mean nats per scored token, of several turns as the run's rule has it.</summary>
public sealed class ScoreTable
{
    private readonly Dictionary<int, TurnLosses[]> turns = [];

    /// <param name="cascade">Which rows were scored; null = all.</param>
    public ScoreTable(RowFacts facts, RowPasses passes, KnnGraph neighbors, PassResults results, IReadOnlyList<MetricColumn> metrics, CascadeRows? cascade = null)
    {
        int count = facts.Count;
        (Facts, Neighbors, Metrics, Cascade) = (facts, neighbors, metrics, cascade);
        Status = [.. passes.Status];
        AnswerTokens = passes.AnswerTokens;
        DemonstrationCut = passes.DemonstrationCut;
        ZeroShot = new double[count];
        OneShot = new double[count];
        Miwv = new double[count];
        for (int i = 0; i < count; i++)
        {
            ZeroShot[i] = OneShot[i] = Miwv[i] = double.NaN;
            if (!IsScored(i)) continue;
            int zeroShot = passes.ZeroShot[i], oneShot = passes.OneShot[i];
            double zero = results.Loss(zeroShot), one = results.Loss(oneShot);
            if (passes.Turns.Count(i) > 0 && passes.Texts.ScoredEarlier(i).Any())
            {
                turns[i] = TurnLosses.Of(i, passes, results);
                if (passes.Turns.Rule == TurnRule.Sum) (zero, one) = (turns[i].Sum(turn => turn.ZeroShot), turns[i].Sum(turn => turn.OneShot));
            }
            if ((zeroShot >= 0 && !double.IsFinite(zero)) || (oneShot >= 0 && !double.IsFinite(one)))
            {
                turns.Remove(i);
                Status[i] = RowStatus.Nan;
                foreach (var metric in metrics)
                {
                    metric.Values[i] = double.NaN;
                    foreach (var (_, details) in metric.Result.Details) details[i] = double.NaN;
                }
                continue;
            }
            (ZeroShot[i], OneShot[i], Miwv[i]) = (zero, one, one - zero);
        }
    }

    /// <summary>The metrics asked for; the first is the one that rows are ranked by.</summary>
    public IReadOnlyList<MetricColumn> Metrics { get; }

    /// <summary>What the small model made of the rows; null = there was none.</summary>
    public CascadeRows? Cascade { get; }

    /// <summary>Rows with status ok that the scoring model saw.</summary>
    public bool IsScored(int row) => Status[row] == RowStatus.Ok && Cascade?.IsScored(row) != false;

    public RowFacts Facts { get; }
    public KnnGraph Neighbors { get; }
    public int Count => Status.Length;
    public RowStatus[] Status { get; }
    public int[] AnswerTokens { get; }
    public bool[] DemonstrationCut { get; }
    public double[] ZeroShot { get; }
    public double[] OneShot { get; }

    /// <summary>One-shot minus zero-shot loss (arXiv 2511.07074, eq. 8).</summary>
    public double[] Miwv { get; }

    /// <summary>The scored turns of rows that are ok and have several.</summary>
    public IReadOnlyDictionary<int, TurnLosses[]> Turns => turns;

    /// <summary>One row as a line of scores.jsonl has it, without further metrics.</summary>
    public StoredScore Row(int row, RowFile rows)
    {
        int neighbor = Neighbors.Neighbors(row)[0];
        return new StoredScore(row, rows.Id(row), StatusText(row), neighbor < 0 ? null : rows.Id(neighbor), Neighbors.Cosines(row)[0],
            AnswerTokens[row], ZeroShot[row], OneShot[row], Miwv[row], DemonstrationCut[row]);
    }

    /// <summary>The status as files show it: ok, empty_answer, too_long, no_neighbor, nan or error:text.</summary>
    public string StatusText(int row) => Status[row] == RowStatus.Error ? "error:" + Facts.Errors[row] : RowStatusName.Of(Status[row]);
}
