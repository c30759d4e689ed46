using Miwv.Data;
using Miwv.Llama.Native;
using Miwv.Llama.Tap;

namespace Miwv.Llama;

/// <summary>A context with one unified KV cache. Not thread-safe.</summary>
public sealed unsafe class LlamaContext : IDisposable
{
    private readonly nint memory;

    /// <param name="tap">Keeps the logits where they are computed; null = the library copies them to the host. It must outlive the context.</param>
    /// <exception cref="ContextException">The library cannot make the context (most often: memory).</exception>
    public LlamaContext(LlamaModel model, ContextOptions options, GraphTap? tap = null)
    {
        Model = model;
        NativeLog.TakeError();
        var parameters = LlamaNative.llama_context_default_params();
        parameters.n_ctx = (uint)options.Cells;
        parameters.n_batch = (uint)options.Batch;
        parameters.n_ubatch = (uint)(options.Ubatch ?? options.Batch);
        parameters.n_seq_max = (uint)options.Sequences;
        parameters.n_outputs_max = (uint)options.OutputRows;
        parameters.n_outputs_max_per_seq = 0;
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        parameters.flash_attn_type = (int)options.FlashAttention;
        parameters.type_k = parameters.type_v = (int)options.CacheType;
        parameters.embeddings = options.Embeddings ? (byte)1 : (byte)0;
        parameters.pooling_type = (int)options.Pooling;
        parameters.kv_unified = 1;
        nint context;
        fixed (SamplerOfSequence* samplers = tap?.Samplers())
        {
            parameters.samplers = samplers;
            parameters.n_samplers = tap is null ? 0 : (nuint)tap.Sequences;
            context = LlamaNative.llama_init_from_model(model.Handle, parameters);
        }
        if (context == 0)
            throw new ContextException($"{model.Path}: no context of {options.Cells} cells and {options.Batch} tokens a wave could be made: {NativeLog.TakeError()}; try a smaller -ub or -c");
        Handle = new ContextHandle(context, model.Handle);
        try
        {
            tap?.Attach(this);
        }
        catch
        {
            Handle.Dispose(); // before its tap, which it calls
            throw;
        }
        memory = LlamaNative.llama_get_memory(Handle);
        Cells = (int)LlamaNative.llama_n_ctx(Handle);
    }

    internal ContextHandle Handle { get; }
    internal LlamaModel Model { get; }

    /// <summary>KV cells as the library rounded them.</summary>
    public int Cells { get; }

    public Pooling Pooling => (Pooling)LlamaNative.llama_pooling_type(Handle);

    /// <summary>Computes a batch; returns before a GPU is done.</summary>
    /// <exception cref="DecodeException">The library refused or failed.</exception>
    public void Decode(DecodeBatch batch)
    {
        NativeLog.TakeError();
        int status = LlamaNative.llama_decode(Handle, batch.Native);
        if (status != 0)
            throw new DecodeException(status, NativeLog.TakeError());
    }

    public void Synchronize() => LlamaNative.llama_synchronize(Handle);

    /// <summary>Forgets all cells.</summary>
    public void Clear()
    {
        if (memory != 0) LlamaNative.llama_memory_clear(memory, 0);
    }

    /// <summary>Forgets all cells and zeroes their memory, so that no value that is not a number is left in it.</summary>
    public void Wipe()
    {
        if (memory != 0) LlamaNative.llama_memory_clear(memory, 1);
    }

    /// <summary>Forgets every cell at <paramref name="position"/> or later, of all sequences.</summary>
    public void Truncate(int position)
    {
        if (LlamaNative.llama_memory_seq_rm(memory, -1, position, -1) == 0)
            throw new InvalidOperationException("the cache of this model cannot be cut at a position");
    }

    /// <summary>Logits [vocabulary] of one token of the last decode, copied to the host by the library. Only for a context without a tap.</summary>
    public ReadOnlySpan<float> LogitsOf(int token)
    {
        float* logits = LlamaNative.llama_get_logits_ith(Handle, token);
        return logits == null ? [] : new ReadOnlySpan<float>(logits, Model.Vocabulary.Size);
    }

    /// <summary>Pooled embedding [dimension] of one sequence of the last decode; empty if there is none.</summary>
    public ReadOnlySpan<float> EmbeddingOf(int sequence)
    {
        float* vector = LlamaNative.llama_get_embeddings_seq(Handle, sequence);
        return vector == null ? [] : new ReadOnlySpan<float>(vector, Model.EmbeddingSize);
    }

    public void Dispose() => Handle.Dispose();
}
