using Miwv.Engine.Journal;
using Miwv.Engine.Rows;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>Adds up the passes as they come and tells when both of a row are whole; only for looking on, the scores come from the journal.</summary>
internal sealed class RowWatch
{
    private readonly RowPasses passes;
    private readonly IProgress<RowScored> listener;
    private readonly int[] rowOf, missing;
    private readonly double[] nll;

    public RowWatch(RowPasses passes, IProgress<RowScored> listener)
    {
        (this.passes, this.listener) = (passes, listener);
        int count = passes.Passes.Count;
        (rowOf, missing, nll) = (new int[count], new int[count], new double[count]);
        rowOf.AsSpan().Fill(-1);
        for (int pass = 0; pass < count; pass++) missing[pass] = passes.Passes.ScoredCount(pass);
        for (int row = 0; row < passes.Status.Length; row++)
        {
            foreach (int pass in (ReadOnlySpan<int>)[passes.ZeroShot[row], passes.OneShot[row]])
                if (pass >= 0) rowOf.AsSpan(pass - passes.Passes.Earlier(pass), passes.Passes.Earlier(pass) + 1).Fill(row);
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

    private void Add(int pass, int tokens, double sum)
    {
        if ((uint)pass >= (uint)nll.Length) return; // not a pass of this plan
        nll[pass] += sum;
        missing[pass] -= tokens;
        int row = rowOf[pass];
        if (row < 0 || !IsWhole(passes.ZeroShot[row]) || !IsWhole(passes.OneShot[row])) return;
        listener.Report(new RowScored(row, Loss(row, passes.ZeroShot[row]), Loss(row, passes.OneShot[row])));
    }

    private bool IsWhole(int pass) => pass < 0 || !missing.AsSpan(pass - passes.Passes.Earlier(pass), passes.Passes.Earlier(pass) + 1).ContainsAnyExcept(0);

    private double Loss(int row, int pass)
    {
        if (pass < 0) return double.NaN;
        double sum = 0;
        for (int part = pass - passes.Passes.Earlier(pass); part <= pass; part++) sum += nll[part];
        return sum / passes.AnswerTokens[row];
    }
}
