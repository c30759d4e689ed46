using Miwv.Engine.Journal;
using Miwv.Llama;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Scale;

/// <summary>
/// NOT a model: takes the place of llama_decode and the gather. Every wave of the plan is laid out as for a decode and its results are
/// journalled as after one, but a token's log-prob is a hash of pass, place and token. Only the simulation has it.
/// </summary>
internal static class StandInDecode
{
    /// <summary>Journals a made-up result for every step, on as many threads as a run has contexts.</summary>
    public static void Run(WavePlan plan, string journalPath, byte[] key, bool perToken, int threads)
    {
        var layout = new JournalLayout(plan.Forest.Passes, perToken);
        using var journal = JournalWriter.Open(journalPath, key, layout, null);
        var units = WaveUnits.Of(plan);
        var gate = new Lock();
        int next = -1;
        void Work()
        {
            using var batch = new DecodeBatch(plan.Limits.Tokens);
            var builder = new WaveBuilder(plan);
            double[] nll = [];
            float[] logProbs = [];
            for (int unit; (unit = Interlocked.Increment(ref next)) < units.Count;)
                for (int step = units[unit].First; step < units[unit].Last; step++)
                {
                    builder.Build(step, batch);
                    var passes = builder.SegmentPass;
                    var targets = builder.PairTarget;
                    if (nll.Length < passes.Length) nll = new double[passes.Length * 2];
                    if (logProbs.Length < targets.Length) logProbs = new float[targets.Length * 2];
                    for (int i = 0; i < passes.Length; i++)
                    {
                        nll[i] = 0;
                        for (int pair = builder.SegmentStart[i]; pair < builder.SegmentStart[i + 1]; pair++)
                            nll[i] -= logProbs[pair] = LogProb(passes[i], targets[pair], pair - builder.SegmentStart[i]);
                    }
                    var result = new WaveResult { Passes = passes, Bounds = builder.SegmentStart, Nll = nll.AsSpan(0, passes.Length), LogProbs = logProbs.AsSpan(0, targets.Length) };
                    lock (gate) journal.Append(step, result);
                }
        }
        var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(Work)).ToList();
        others.ForEach(thread => thread.Start());
        Work();
        others.ForEach(thread => thread.Join());
        journal.Sync();
    }

    // between −8 and 0 nats
    private static float LogProb(int pass, int token, int place) =>
        -8f * ((((uint)pass * 0x9E37_79B1u ^ (uint)token * 0x85EB_CA77u ^ (uint)place * 0xC2B2_AE3Du) * 0x27D4_EB2Fu) >> 8) / (1 << 24);
}
