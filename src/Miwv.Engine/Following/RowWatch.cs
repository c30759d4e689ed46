using Miwv.Engine.Journal;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Following;

/// <summary>Adds up the passes as they come and tells when both of a row are whole; only for looking on, the scores come from the journal.</summary>
internal sealed class RowWatch
{
    private readonly RowMap map;
    private readonly IProgress<RowScored> listener;
    // the pass whose end each pass is a part of (−1 = a metric's own), the row of that, and its tokens that are still to come
    private readonly int[] wholeOf, rowOf, missing;
    private readonly double[] nll;

    public RowWatch(RowMap map, IProgress<RowScored> listener)
    {
        (this.map, this.listener) = (map, listener);
        int count = 1 + Math.Max(map.ZeroShot.DefaultIfEmpty(-1).Max(), map.OneShot.DefaultIfEmpty(-1).Max());
        (wholeOf, rowOf, missing, nll) = (new int[count], new int[count], new int[count], new double[count]);
        wholeOf.AsSpan().Fill(-1);
        Restart();
    }

    /// <summary>Forgets all passes but those that were known before the journal began, and tells of the rows that are whole with those.</summary>
    public void Restart()
    {
        for (int row = 0; row < map.Count; row++)
        {
            Begin(row, map.ZeroShot[row], map.KnownZero[row]);
            Begin(row, map.OneShot[row], map.KnownOne[row]);
            if (map.Status[row] == RowStatus.Ok && (map.ZeroShot[row] >= 0 || map.OneShot[row] >= 0)) Tell(row);
        }
    }

    public void Add(in WaveResult result)
    {
        for (int i = 0; i < result.Passes.Length; i++)
            Add(result.Passes[i], result.Bounds[i + 1] - result.Bounds[i], result.Nll[i]);
    }

    public void Add(in JournalRecord record)
    {
        for (int i = 0; i < record.Segments; i++)
        {
            var (pass, tokens, sum) = record.Segment(i);
            Add(pass, tokens, sum);
        }
    }

    private void Begin(int row, int pass, double known)
    {
        if (pass < 0) return;
        rowOf[pass] = row;
        wholeOf.AsSpan(pass - map.Earlier[row], map.Earlier[row] + 1).Fill(pass);
        (missing[pass], nll[pass]) = double.IsNaN(known) ? (map.AnswerTokens[row], 0) : (0, known * map.AnswerTokens[row]);
    }

    private void Add(int pass, int tokens, double sum)
    {
        if ((uint)pass >= (uint)nll.Length || wholeOf[pass] is not (>= 0 and var whole)) return;
        nll[whole] += sum;
        missing[whole] -= tokens;
        Tell(rowOf[whole]);
    }

    private void Tell(int row)
    {
        if (IsWhole(map.ZeroShot[row]) && IsWhole(map.OneShot[row]))
            listener.Report(new RowScored(row, Loss(row, map.ZeroShot[row]), Loss(row, map.OneShot[row])));
    }

    private bool IsWhole(int pass) => pass < 0 || missing[pass] == 0;

    private double Loss(int row, int pass) => pass < 0 ? double.NaN : nll[pass] / map.AnswerTokens[row];
}
