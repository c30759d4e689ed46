using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

internal static unsafe partial class LlamaNative
{
    [LibraryImport(Library)] public static partial nint llama_init_from_model(ModelHandle model, ContextParams parameters);
    [LibraryImport(Library)] public static partial void llama_free(nint context);
    [LibraryImport(Library)] public static partial uint llama_n_ctx(ContextHandle context);
    [LibraryImport(Library)] public static partial int llama_pooling_type(ContextHandle context);
    [LibraryImport(Library)] public static partial nint llama_get_memory(ContextHandle context);
    [LibraryImport(Library)] public static partial void llama_memory_clear(nint memory, byte data);

    /// <summary>Removes positions [p0, p1) of a sequence (−1 = any); 0 if a part cannot be removed.</summary>
    [LibraryImport(Library)] public static partial byte llama_memory_seq_rm(nint memory, int sequence, int p0, int p1);

    /// <summary>0 ok, 1 no room in the cache, 2 aborted, negative: error.</summary>
    [LibraryImport(Library)] public static partial int llama_decode(ContextHandle context, Batch batch);
    [LibraryImport(Library)] public static partial void llama_synchronize(ContextHandle context);

    /// <summary>[outputs][vocabulary] f32 on the host; valid until the next decode.</summary>
    [LibraryImport(Library)] public static partial float* llama_get_logits(ContextHandle context);
    [LibraryImport(Library)] public static partial float* llama_get_logits_ith(ContextHandle context, int token);
    [LibraryImport(Library)] public static partial float* llama_get_embeddings_ith(ContextHandle context, int token);
    [LibraryImport(Library)] public static partial float* llama_get_embeddings_seq(ContextHandle context, int sequence);

    [LibraryImport(Library)] public static partial byte llama_set_sampler(ContextHandle context, int sequence, Sampler* chain);
    [LibraryImport(Library)] public static partial Sampler* llama_sampler_init(SamplerInterface* iface, void* state);
    [LibraryImport(Library)] public static partial Sampler* llama_sampler_chain_init(byte parameters);
    [LibraryImport(Library)] public static partial void llama_sampler_chain_add(Sampler* chain, Sampler* sampler);
    [LibraryImport(Library)] public static partial void llama_sampler_free(Sampler* sampler);
}
