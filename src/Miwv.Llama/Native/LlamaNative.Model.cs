using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

internal static unsafe partial class LlamaNative
{
    public const string Library = "llama";

    [LibraryImport(Library)] public static partial byte* llama_version();
    [LibraryImport(Library)] public static partial void llama_backend_init();
    [LibraryImport(Library)] public static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> callback, void* user_data);
    [LibraryImport(Library)] public static partial nuint llama_max_parallel_sequences();

    [LibraryImport(Library)] public static partial ModelParams llama_model_default_params();
    [LibraryImport(Library)] public static partial ContextParams llama_context_default_params();

    /// <summary>Null on failure; the reason is in the log.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_model_load_from_file(string path, ModelParams parameters);
    [LibraryImport(Library)] public static partial void llama_model_free(nint model);
    [LibraryImport(Library)] public static partial nint llama_model_get_vocab(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_ctx_train(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_embd_out(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_layer(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_head(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_head_kv(ModelHandle model);
    [LibraryImport(Library)] public static partial ulong llama_model_size(ModelHandle model);
    [LibraryImport(Library)] public static partial ulong llama_model_n_params(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_has_encoder(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_is_recurrent(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_is_hybrid(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_is_diffusion(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_desc(ModelHandle model, byte* buffer, nuint size);
    [LibraryImport(Library)] public static partial byte* llama_model_chat_template(ModelHandle model, byte* name);
    [LibraryImport(Library)] public static partial int llama_chat_apply_template(byte* template, ChatMessage* messages, nuint count, byte add_assistant, byte* buffer, int length);
}
