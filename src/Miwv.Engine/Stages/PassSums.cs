using Miwv.Data;
using Miwv.Engine.Journal;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>The journal's segments added up to passes, in step order, so that the sums do not depend on interruptions.</summary>
public sealed class PassSums
{
    private readonly double[] nll;

    private PassSums(double[] nll) => this.nll = nll;

    /// <summary>Minus the sum of the log-probs of a pass's scored tokens, nats.</summary>
    public double Nll(int pass) => nll[pass];

    /// <exception cref="UserException">The journal lacks a step or does not add up to the plan's passes.</exception>
    internal static PassSums Read(string path, WavePlan plan, ReadOnlySpan<byte> key, bool perToken)
    {
        if (plan.Count == 0) return new PassSums([]);
        var journal = JournalReader.Open(path, key, perToken, plan.Count);
        if (journal is null || journal.Steps.Count != plan.Count)
            throw new UserException($"{path}: has {journal?.Steps.Count ?? 0} of {plan.Count} steps; go on with --resume");
        var passes = plan.Forest.Passes;
        var nll = new double[passes.Count];
        var tokens = new int[passes.Count];
        for (int step = 0; step < plan.Count; step++)
        {
            var record = journal.Record(step);
            for (int i = 0; i < record.Segments; i++)
            {
                var (pass, count, sum) = record.Segment(i);
                if ((uint)pass >= (uint)nll.Length) throw new UserException($"{path}: step {step} scores pass {pass} of {nll.Length}; delete the file and run again");
                nll[pass] += sum;
                tokens[pass] += count;
            }
        }
        for (int pass = 0; pass < nll.Length; pass++)
            if (tokens[pass] != passes.ScoredCount(pass))
                throw new UserException($"{path}: pass {pass} has {tokens[pass]} of {passes.ScoredCount(pass)} scored tokens; delete the file and run again");
        return new PassSums(nll);
    }
}
