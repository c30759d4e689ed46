using System.Runtime.InteropServices;
using Miwv.Llama.Native;

namespace Miwv.Llama.Tap;

/// <summary>
/// Log-probs gathered by the library's own operations, put into the graph behind the logits: the fallback for a device for which
/// there is no kernel. A few passes over the logits more, and one small copy to the host. Entropies and ranks it cannot give.
/// </summary>
public sealed unsafe class GraphGather : IDisposable
{
    private readonly GraphTap tap;
    private readonly TapState* state;
    private float[] found = [];
    private int asked, filled;

    internal GraphGather(GraphTap tap, TapState* state, int capacity, GatherPlace place)
    {
        this.tap = tap;
        this.state = state;
        state->Place = (int)place;
        Reserve(capacity);
    }

    /// <summary>Whether the context's device is one it was wanted for; known when the context is made.</summary>
    public bool IsActive => state->Active != 0;

    /// <summary>Logits of a wave it can index (32 bits).</summary>
    public static bool Holds(long rows, long vocabulary) => rows * vocabulary <= int.MaxValue && vocabulary < 1 << 24;

    /// <summary>Before every decode that has outputs: the (row, target) pairs wanted of it, and ids whose logits are wanted of every row.</summary>
    public void Ask(ReadOnlySpan<int> pairRow, ReadOnlySpan<int> pairTarget, int rows, ReadOnlySpan<int> listedIds, int vocabulary)
    {
        asked = pairRow.Length + rows * listedIds.Length;
        if (asked > state->Capacity)
        {
            Reserve(asked);
            tap.RebuildGraph();
        }
        int* to = state->Index;
        for (int i = 0; i < pairRow.Length; i++) *to++ = pairRow[i] * vocabulary + pairTarget[i];
        for (int row = 0; row < rows; row++)
            foreach (int id in listedIds)
                *to++ = row * vocabulary + id;
        // what an earlier, larger wave left may lie outside this one's logits
        if (filled > asked) new Span<int>(to, filled - asked).Clear();
        filled = asked;
        state->IndexNeeded = 1;
    }

    /// <summary>After the decode that was asked and <see cref="LlamaContext.Synchronize"/>.</summary>
    /// <param name="pairRow">As asked.</param>
    /// <param name="logProb">[pairs] natural-log probabilities; NaN where the row holds NaN or +inf or is all −inf.</param>
    /// <param name="rowListed">[rows x listed ids] raw logits.</param>
    /// <exception cref="TapException">The graph did not take the operations in.</exception>
    public void Read(ReadOnlySpan<int> pairRow, int rows, Span<float> logProb, Span<float> rowListed)
    {
        Tensor* tensor = state->Found;
        int capacity = state->Capacity, count = capacity + 2 * rows;
        if (tensor == null || tensor->type != GgmlNative.TypeF32 || tensor->ne[0] != count || tensor->data == null)
            throw new TapException("the graph has no gathered log-probs");
        if (asked != logProb.Length + rowListed.Length)
            throw new ArgumentException($"{logProb.Length} pairs and {rowListed.Length} listed logits, but {asked} were asked for");
        if (found.Length < count) found = new float[count];
        fixed (float* to = found)
            GgmlNative.ggml_backend_tensor_get(tensor, to, 0, (nuint)count * sizeof(float));
        ReadOnlySpan<float> top = found.AsSpan(capacity, rows), share = found.AsSpan(capacity + rows, rows);
        for (int i = 0; i < logProb.Length; i++)
        {
            int row = pairRow[i];
            logProb[i] = share[row] > 0 && float.IsFinite(top[row]) ? (float)((double)found[i] - top[row] + Math.Log(share[row])) : float.NaN;
        }
        found.AsSpan(logProb.Length, rowListed.Length).CopyTo(rowListed);
    }

    public void Dispose()
    {
        NativeMemory.Free(state->Index);
        state->Index = null;
        state->Capacity = 0;
    }

    private void Reserve(int capacity)
    {
        capacity = (int)Math.Min(int.MaxValue, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(64, capacity)));
        state->Index = (int*)NativeMemory.Realloc(state->Index, (nuint)capacity * sizeof(int));
        new Span<int>(state->Index, capacity).Clear();
        state->Capacity = capacity;
        filled = 0;
    }
}
