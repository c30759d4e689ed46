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
    private readonly LlamaContext context;
    private readonly TapState* state;
    private readonly List<nint> chains = [];

    /// <param name="sequences">Sequence ids 0..sequences−1 will be used; each needs a tap, or the library copies after all.</param>
    /// <param name="skipHead">Take the head's matrix product out of the graph.</param>
    /// <exception cref="TapException">The library took no tap; the context has none then and nothing is left behind.</exception>
    public GraphTap(LlamaContext context, int sequences, bool skipHead = false)
        : this(context, sequences, skipHead, TapCallbacks.Table, (sequence, chain) => LlamaNative.llama_set_sampler(context.Handle, sequence, chain) != 0)
    {
    }

    // true = taken
    internal delegate bool Setter(int sequence, Sampler* chain);

    internal GraphTap(LlamaContext context, int sequences, bool skipHead, SamplerInterface* table, Setter set)
    {
        this.context = context;
        state = (TapState*)NativeMemory.AllocZeroed((nuint)sizeof(TapState));
        state->SkipHead = skipHead ? 1 : 0;
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            Sampler* chain = LlamaNative.llama_sampler_chain_init(0);
            LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init(table, state));
            chains.Add((nint)chain);
            NativeLog.TakeError();
            if (set(sequence, chain)) continue;
            string why = NativeLog.TakeError();
            for (int taken = 0; taken < sequence; taken++) LlamaNative.llama_set_sampler(context.Handle, taken, null);
            Free();
            throw new TapException($"libllama took no tap for sequence {sequence} of {sequences}: {why}");
        }
    }

    /// <summary>Stopwatch timestamp at which the last decode had its mask, graph and inputs ready.</summary>
    public long InputsReady => state->InputsReady;

    /// <summary>The logits of the last decode, checked: type, shape, layout and place (after <see cref="LlamaContext.Synchronize"/>).</summary>
    /// <exception cref="TapException">The tensor is not what the gather can read; the wave must not be used.</exception>
    public LogitsTensor Logits(int expectedRows) => Checked(state->Logits, context.Model.Vocabulary.Size, expectedRows);

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
        byte* buffer = GgmlNative.ggml_backend_buffer_name(tensor->buffer);
        bool onCuda = !onHost && buffer != null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer).StartsWith("CUDA"u8);
        return new LogitsTensor((nint)tensor->data, expectedRows, vocabulary, onHost, onCuda);
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
        Debug.Assert(context.Handle.IsClosed, "the context must go first");
        Free();
    }

    private void Free()
    {
        foreach (nint chain in chains) LlamaNative.llama_sampler_free((Sampler*)chain);
        chains.Clear();
        NativeMemory.Free(state);
    }
}
