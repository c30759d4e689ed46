using Miwv.Data;
using Miwv.Engine.Journal;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>The journal's segments added up to passes, in step order, so that the sums do not depend on interruptions.</summary>
internal static class PassSums
{
    /// <param name="all">Also the values that only --per-token keeps.</param>
    /// <exception cref="UserException">The journal lacks a step or does not add up to the plan's passes.</exception>
    public static void Read(string path, WavePlan plan, ReadOnlySpan<byte> key, bool perToken, PassResults results, bool all = false)
    {
        results.Grow();
        if (plan.Count == 0) return;
        var layout = new JournalLayout(plan.Forest.Passes, perToken);
        using var journal = JournalReader.Open(path, key, layout, plan.Count);
        if (journal is null || journal.Count != plan.Count)
            throw new UserException($"{path}: has {journal?.Count ?? 0} of {plan.Count} steps; go on with --resume");
        var passes = plan.Forest.Passes;
        var nll = new double[passes.Count];
        var tokens = new int[passes.Count];
        var values = new Dictionary<int, PassValues>();
        for (int step = 0; step < plan.Count; step++)
        {
            var record = journal.Record(step);
            var rest = record.Values;
            for (int i = 0; i < record.Segments; i++)
            {
                var (pass, count, sum) = record.Segment(i);
                if ((uint)pass >= (uint)nll.Length) throw new UserException($"{path}: step {step} scores pass {pass} of {nll.Length}; delete the file and run again");
                nll[pass] += sum;
                tokens[pass] += count;
                int kept = layout.ValueCount(pass, count);
                if (count < 0 || kept > rest.Length) throw new UserException($"{path}: step {step} lacks values of pass {pass}; delete the file and run again");
                if ((all ? layout.Wants(pass) : passes.Wants(pass)) != PassWants.Sum)
                {
                    if (!values.TryGetValue(pass, out var own)) values[pass] = own = new PassValues(layout.Wants(pass), passes.ListedIds.Count);
                    own.Append(rest[..kept], count);
                }
                rest = rest[kept..];
            }
        }
        for (int place = 0; place < plan.Forest.Count; place++)
        {
            int pass = plan.Forest.PassAt(place);
            if (tokens[pass] != passes.ScoredCount(pass))
                throw new UserException($"{path}: pass {pass} has {tokens[pass]} of {passes.ScoredCount(pass)} scored tokens; delete the file and run again");
            if (values.TryGetValue(pass, out var own)) results.Set(pass, nll[pass], layout.Wants(pass), own.Joined());
            else results.Set(pass, nll[pass], PassWants.Sum, []);
        }
    }
}
