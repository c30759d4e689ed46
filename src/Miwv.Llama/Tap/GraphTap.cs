using System.Diagnostics;
using System.Runtime.InteropServices;
using Miwv.Llama.Native;

namespace Miwv.Llama.Tap;

/// <summary>
/// Keeps the logits of a context where they are computed and says where that is.
/// Dispose after the context: the library keeps pointers to the chains until then.
/// </summary>
public sealed unsafe class GraphTap : IDisposable
{
    private readonly List<nint> chains = [];
    private TapState* state;
    private LlamaContext? context;
    private GraphGather? gather;

    /// <summary>A tap for one context, which is made with it.</summary>
    /// <param name="sequences">Sequence ids 0..sequences−1 will be used; each needs a tap, or the library copies after all.</param>
    /// <param name="skipHead">Take the head's matrix product out of the graph.</param>
    public GraphTap(int sequences, bool skipHead = false)
    {
        state = (TapState*)NativeMemory.AllocZeroed((nuint)sizeof(TapState));
        state->SkipHead = skipHead ? 1 : 0;
        for (int sequence = 0; sequence < sequences; sequence++) chains.Add((nint)NewChain());
    }

    /// <summary>Puts a gather into the context's graphs; before the context is made.</summary>
    /// <param name="capacity">Logits picked in one decode; grows when more are asked for.</param>
    public GraphGather GatherInGraph(int capacity, GatherPlace place = GatherPlace.Anywhere)
    {
        Debug.Assert(context is null, "the context reserves its memory for the graph it will have");
        return gather ??= new GraphGather(this, state, capacity, place);
    }

    // The samplers of a context that is about to be made: so its first reservation is of the graph it will have, and a lack of
    // memory is an error of its making. Set later, they would be reserved for in llama_decode, which lets a C++ exception out.
    internal SamplerOfSequence[] Samplers() => [.. chains.Select((chain, sequence) => new SamplerOfSequence { sequence = sequence, chain = (Sampler*)chain })];

    internal int Sequences => chains.Count;

    internal void Attach(LlamaContext made)
    {
        context = made;
        state->Logits = null; // what was reserved for is no decode's
    }

    /// <summary>Stopwatch timestamp at which the last decode had its mask, graph and inputs ready.</summary>
    public long InputsReady => state->InputsReady;

    /// <summary>The logits of the last decode, checked: type, shape, layout and place (after <see cref="LlamaContext.Synchronize"/>).</summary>
    /// <exception cref="TapException">The tensor is not what the gather can read; the wave must not be used.</exception>
    public LogitsTensor Logits(int expectedRows) => Checked(state->Logits, context!.Model.Vocabulary.Size, expectedRows);

    /// <summary>What the last graph showed, unchecked.</summary>
    internal Tensor* Seen => state->Logits;

    /// <summary>Everything the gather takes for granted of a tensor, before anything of it is read.</summary>
    internal static LogitsTensor Checked(Tensor* tensor, int vocabulary, int expectedRows)
    {
        if (tensor == null)
            throw new TapException("the graph showed no logits tensor");
        if (tensor->type != 0)
            throw new TapException($"the logits are of ggml type {tensor->type}, expected f32");
        if (tensor->ne[0] != vocabulary || tensor->ne[1] != expectedRows || tensor->ne[2] != 1 || tensor->ne[3] != 1)
            throw new TapException($"the logits are {tensor->ne[0]} x {tensor->ne[1]} x {tensor->ne[2]} x {tensor->ne[3]}, expected {vocabulary} x {expectedRows}");
        if (tensor->nb[0] != sizeof(float) || tensor->nb[1] != (ulong)vocabulary * sizeof(float))
            throw new TapException($"the logits are not contiguous ({tensor->nb[0]}, {tensor->nb[1]} bytes)");
        if (tensor->data == null || tensor->buffer == 0)
            throw new TapException("the logits have no memory");
        bool onHost = GgmlNative.ggml_backend_buffer_is_host(tensor->buffer) != 0;
        ulong bytes = (ulong)expectedRows * (ulong)vocabulary * sizeof(float);
        if (onHost && !IsInside(tensor->data, bytes, GgmlNative.ggml_backend_buffer_get_base(tensor->buffer), GgmlNative.ggml_backend_buffer_get_size(tensor->buffer)))
            throw new TapException($"the logits' {bytes} bytes are not inside their buffer");
        bool onCuda = !onHost && IsCuda(GgmlNative.ggml_backend_buffer_name(tensor->buffer));
        return new LogitsTensor((nint)tensor->data, expectedRows, vocabulary, onHost, onCuda);
    }

    // A new chain for a sequence is what makes the library build its graph anew.
    internal void RebuildGraph()
    {
        Sampler* chain = NewChain();
        chains.Add((nint)chain);
        if (LlamaNative.llama_set_sampler(context!.Handle, 0, chain) == 0)
            throw new InvalidOperationException($"libllama took no tap: {NativeLog.TakeError()}");
    }

    /// <summary>Copies the logits that <see cref="Logits"/> described to the host, [Rows x Vocabulary].</summary>
    public void CopyLogits(Span<float> destination)
    {
        Tensor* tensor = state->Logits;
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, tensor->ne[0] * tensor->ne[1]);
        fixed (float* to = destination)
            GgmlNative.ggml_backend_tensor_get(tensor, to, 0, (nuint)destination.Length * sizeof(float));
    }

    private static bool IsInside(void* data, ulong bytes, byte* start, ulong size) =>
        data >= start && bytes <= size && (ulong)((byte*)data - start) <= size - bytes;

    public void Dispose()
    {
        if (state == null) return;
        Debug.Assert(context is null || context.Handle.IsClosed, "the context must go first");
        foreach (nint chain in chains) LlamaNative.llama_sampler_free((Sampler*)chain);
        chains.Clear();
        gather?.Dispose();
        NativeMemory.Free(state);
        state = null;
    }

    private Sampler* NewChain()
    {
        Sampler* chain = LlamaNative.llama_sampler_chain_init(0);
        LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init(TapCallbacks.Table, state));
        return chain;
    }

    internal static bool IsCuda(byte* name) => name != null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).StartsWith("CUDA"u8);
}
