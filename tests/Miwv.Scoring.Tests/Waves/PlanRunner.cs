using Miwv.Llama;
using Miwv.Llama.Native;
using Miwv.Scoring.Waves;

namespace Miwv.Scoring.Tests.Waves;

/// <summary>Runs steps of a plan on a <see cref="CacheModel"/> in place of the library, and proves every scored pair's context.</summary>
internal sealed unsafe class PlanRunner(PassSet set, WavePlan plan) : IDisposable
{
    private readonly CacheModel cache = new(plan);
    private readonly WaveBuilder builder = new(plan);
    private readonly DecodeBatch batch = new(plan.Limits.Tokens);
    private readonly List<int> resident = [];
    private readonly int[][] passes = [.. set.Passes.Select((_, i) => set.Tokens(i))];

    /// <summary>Tokens decoded.</summary>
    public long Tokens { get; private set; }

    /// <summary>For each pass the target positions gathered so far, in order.</summary>
    public List<int>[] Gathered { get; } = [.. set.Passes.Select(_ => new List<int>())];

    /// <summary>As the executor does: the trunks below first, then the step; only the step's own pairs count.</summary>
    public void Run(int step)
    {
        var wanted = new Stack<int>();
        for (int trunk = plan[step].Parent; trunk >= 0; trunk = plan[trunk].Parent) wanted.Push(trunk);
        int common = wanted.TakeWhile((trunk, i) => i < resident.Count && resident[i] == trunk).Count();
        resident.RemoveRange(common, resident.Count - common);
        foreach (int trunk in wanted.Skip(common)) Decode(trunk);
        Decode(step);
        Gather();
    }

    private void Decode(int index)
    {
        WaveStep step = plan[index];
        builder.Build(index, batch);
        Assert.Equal(step.Tokens, batch.Count);
        cache.Truncate(step.Base);
        cache.Decode(batch);
        Tokens += batch.Count;
        if (step.IsTrunk) resident.Add(index);
    }

    private void Gather()
    {
        Batch native = batch.Native;
        int[] tokenOfRow = [.. Enumerable.Range(0, native.n_tokens).Where(i => Output(native, i))];
        var bounds = builder.SegmentStart;
        Assert.Equal(builder.SegmentPass.Length + 1, bounds.Length);
        Assert.Equal((0, builder.PairRow.Length), (bounds[0], bounds[^1]));
        var asked = new HashSet<int>();
        for (int segment = 0; segment < builder.SegmentPass.Length; segment++)
        {
            int pass = builder.SegmentPass[segment];
            int[] tokens = passes[pass];
            for (int pair = bounds[segment]; pair < bounds[segment + 1]; pair++)
            {
                int at = tokenOfRow[builder.PairRow[pair]], position = native.pos[at];
                asked.Add(at);
                Assert.Equal(tokens[position + 1], builder.PairTarget[pair]);
                Gathered[pass].Add(position + 1);
                // the library's mask goes by the first sequence; the others must see the same
                for (int s = 0; s < native.n_seq_id[at]; s++)
                {
                    var context = cache.Tokens(native.seq_id[at][s]);
                    if (context.Length <= position || !context[..(position + 1)].SequenceEqual(tokens.AsSpan(0, position + 1)))
                        Assert.Fail($"pass {pass}, target {position + 1}: sequence {native.seq_id[at][s]} sees {string.Join(' ', context.ToArray())}");
                }
            }
        }
        Assert.Equal(tokenOfRow.Length, asked.Count); // no row is computed for nothing
    }

    private static bool Output(Batch native, int token) => native.logits[token] != 0;

    public void Dispose() => batch.Dispose();
}
