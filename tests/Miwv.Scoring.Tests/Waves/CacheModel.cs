using Miwv.Llama;
using Miwv.Llama.Native;
using Miwv.Scoring.Waves;

namespace Miwv.Scoring.Tests.Waves;

/// <summary>
/// libllama's unified KV cache as far as its rules go: which tokens each sequence sees, and what a batch may ask for.
/// </summary>
internal sealed unsafe class CacheModel
{
    private readonly WavePlan plan;
    private readonly int[][] seen;
    private readonly int[] length;
    private readonly List<int> cells = []; // their positions

    public CacheModel(WavePlan plan)
    {
        this.plan = plan;
        length = new int[plan.Leaves];
        seen = [.. length.Select(_ => new int[plan.Cells])];
    }

    public void Truncate(int position)
    {
        cells.RemoveAll(p => p >= position);
        for (int s = 0; s < length.Length; s++) length[s] = Math.Min(length[s], position);
    }

    /// <summary>What a sequence sees, in order of position.</summary>
    public ReadOnlySpan<int> Tokens(int sequence) => seen[sequence].AsSpan(0, length[sequence]);

    /// <summary>Checks a batch as llama_batch_allocr does, then puts it into the cache.</summary>
    public void Decode(DecodeBatch batch)
    {
        Batch native = batch.Native;
        Assert.InRange(native.n_tokens, 1, plan.Limits.Tokens);
        Assert.InRange(batch.OutputCount, 0, plan.Limits.Outputs);
        int[] before = [.. length];
        var last = new (int First, int End)[length.Length];
        Array.Fill(last, (0, length.Length));
        for (int i = 0; i < native.n_tokens; i++)
        {
            int first = native.seq_id[i][0], end = first + native.n_seq_id[i];
            Require(first >= 0 && end > first && end <= length.Length, $"token {i} has sequences {first}..{end} of {length.Length}");
            for (int s = first; s < end; s++)
            {
                Require(native.seq_id[i][s - first] == s, $"token {i}: its sequences are no range");
                Require(native.pos[i] == length[s], $"token {i} at position {native.pos[i]} of sequence {s}, which has {length[s]}");
                Require(first >= last[s].First && end <= last[s].End, $"token {i}: the sequences of a path may only become fewer");
                Require(before[s] == before[first], $"token {i}: coupled sequences {first} and {s} start from {before[first]} and {before[s]} tokens");
                last[s] = (first, end);
                seen[s][length[s]++] = native.token[i];
            }
            cells.Add(native.pos[i]);
        }
        Assert.InRange(cells.Count, 1, plan.Cells);
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) Assert.Fail(rule);
    }
}
