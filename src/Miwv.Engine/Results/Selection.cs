using Miwv.Metrics;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Results;

/// <summary>The rows that were chosen, best first.</summary>
/// <param name="Wanted">Rows asked for.</param>
/// <param name="Rows">Rows chosen: fewer than wanted if fewer have a score.</param>
/// <param name="Ranked">Rows that have a score.</param>
public sealed record Selection(int Wanted, IReadOnlyList<int> Rows, int Ranked)
{
    public static Selection Top(ScoreTable scores, TopCount top)
    {
        int wanted = top.Of(scores.Count);
        var metric = scores.Metrics[0];
        int[] order = Ranking.Descending(metric.Info.Better == Better.High ? metric.Values : Array.ConvertAll(metric.Values, value => -value));
        return new Selection(wanted, order[..Math.Min(wanted, order.Length)], order.Length);
    }
}
