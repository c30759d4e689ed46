using System.Runtime.InteropServices;
using System.Text;
using Miwv.Data;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>A loaded GGUF: weights, vocabulary and what the library says of them. Thread-safe; contexts are made on it.</summary>
public sealed unsafe class LlamaModel : IDisposable
{
    private LlamaModel(string path, ModelHandle handle)
    {
        Path = path;
        Handle = handle;
        Vocabulary = new Vocabulary(LlamaNative.llama_model_get_vocab(handle));
    }

    internal ModelHandle Handle { get; }

    public string Path { get; }
    public Vocabulary Vocabulary { get; }

    /// <summary>Tokens the model was trained to see at once.</summary>
    public int TrainedContext => LlamaNative.llama_model_n_ctx_train(Handle);
    public int EmbeddingSize => LlamaNative.llama_model_n_embd_out(Handle);
    public int LayerCount => LlamaNative.llama_model_n_layer(Handle);
    public int HeadCount => LlamaNative.llama_model_n_head(Handle);
    public int HeadCountKv => LlamaNative.llama_model_n_head_kv(Handle);
    public long ParameterCount => (long)LlamaNative.llama_model_n_params(Handle);
    public long SizeBytes => (long)LlamaNative.llama_model_size(Handle);

    /// <summary>True if the state of a sequence is not a list of cells, so that prefixes cannot be shared.</summary>
    public bool IsRecurrentOrHybrid => LlamaNative.llama_model_is_recurrent(Handle) != 0 || LlamaNative.llama_model_is_hybrid(Handle) != 0;
    public bool HasEncoder => LlamaNative.llama_model_has_encoder(Handle) != 0;
    public bool IsDiffusion => LlamaNative.llama_model_is_diffusion(Handle) != 0;

    /// <summary>For example "llama 7B Q8_0".</summary>
    public string Description
    {
        get
        {
            byte* buffer = stackalloc byte[256];
            int length = LlamaNative.llama_model_desc(Handle, buffer, 256);
            return Encoding.UTF8.GetString(buffer, Math.Clamp(length, 0, 255));
        }
    }

    /// <summary>The GGUF's own chat template, or null.</summary>
    public string? ChatTemplate => Marshal.PtrToStringUTF8((nint)LlamaNative.llama_model_chat_template(Handle, null));

    /// <summary>Renders messages with a template text, the opening of the assistant's answer last; null if the library does not know the template.</summary>
    public string? ApplyChatTemplate(string template, ReadOnlySpan<(string Role, string Content)> messages)
    {
        var texts = new List<nint>();
        try
        {
            byte* Text(string value)
            {
                nint memory = Marshal.StringToCoTaskMemUTF8(value);
                texts.Add(memory);
                return (byte*)memory;
            }
            // not on the stack: a row may have a million messages
            var native = new ChatMessage[messages.Length];
            for (int i = 0; i < messages.Length; i++)
                native[i] = new ChatMessage { role = Text(messages[i].Role), content = Text(messages[i].Content) };
            byte* source = Text(template);
            fixed (ChatMessage* list = native)
            {
                int length = LlamaNative.llama_chat_apply_template(source, list, (nuint)native.Length, 1, null, 0);
                if (length < 0) return null;
                var buffer = new byte[length + 1];
                fixed (byte* target = buffer)
                    length = LlamaNative.llama_chat_apply_template(source, list, (nuint)native.Length, 1, target, buffer.Length);
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
        finally
        {
            foreach (nint memory in texts) Marshal.FreeCoTaskMem(memory);
        }
    }

    /// <exception cref="UserException">The library cannot load the file; its own last message is quoted.</exception>
    public static LlamaModel Load(string path, ModelOptions options)
    {
        LlamaLibrary.Load();
        NativeLog.TakeError();
        var parameters = LlamaNative.llama_model_default_params();
        parameters.n_gpu_layers = options.GpuLayers;
        nint model = LlamaNative.llama_model_load_from_file(path, parameters);
        if (model == 0)
            throw new UserException($"{path}: libllama {LlamaLibrary.Version} cannot load this model: {NativeLog.TakeError()}");
        return new LlamaModel(path, new ModelHandle(model));
    }

    public void Dispose() => Handle.Dispose();
}
