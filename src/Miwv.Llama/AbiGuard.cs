using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>
/// Proves before first use that the library's parameter structs are laid out as this binding believes:
/// the defaults it returns must stand at the offsets of v0.5.0. Sizes alone do not tell (3.19.0 and 3.22.1 of the npm package share one).
/// </summary>
internal static unsafe class AbiGuard
{
    private const int ProbeSize = 512;

    /// <summary>Wide enough for any version's struct and returned through memory on every ABI.</summary>
    [InlineArray(ProbeSize)]
    private struct Probe { private byte first; }

    private static readonly string[] Needed =
    [
        "llama_version", "llama_model_default_params", "llama_context_default_params", "llama_model_load_from_file", "llama_init_from_model",
        "llama_decode", "llama_synchronize", "llama_memory_seq_rm", "llama_set_sampler", "llama_sampler_init", "llama_tokenize", "llama_get_logits_ith",
    ];

    private static readonly (int Offset, int Value, string Field)[] ContextDefaults =
    [
        (0, 512, "n_ctx"), (4, 2048, "n_batch"), (8, 512, "n_ubatch"), (12, 1, "n_seq_max"), (24, 1, "n_outputs_max_per_seq"),
        (28, 4, "n_threads"), (32, 4, "n_threads_batch"), (40, -1, "rope_scaling_type"), (44, -1, "pooling_type"), (48, -1, "attention_type"),
        (52, -1, "flash_attn_type"), (104, 1, "type_k"), (108, 1, "type_v"),
    ];

    private static readonly (int Offset, byte Value, string Field)[] ContextFlags =
        [(128, 0, "embeddings"), (129, 1, "offload_kqv"), (131, 1, "op_offload"), (132, 1, "swa_full"), (133, 0, "kv_unified")];

    private static readonly (int Offset, int Value, string Field)[] ModelDefaults =
        [(16, -1, "n_gpu_layers"), (20, 1, "split_mode"), (24, -1, "load_mode"), (28, 1, "lazy_mode")];

    /// <exception cref="UserException">A function is missing or a default stands elsewhere.</exception>
    public static void Check(string directory)
    {
        foreach (string name in Needed)
            if (!LlamaLibrary.TryGetExport(name))
                throw Refuse(directory, $"it has no {name}");
        string version = Marshal.PtrToStringUTF8((nint)LlamaNative.llama_version()) ?? "";

        var probe = Call("llama_context_default_params");
        foreach (var (offset, value, field) in ContextDefaults)
            Compare(directory, version, probe, offset, value, "llama_context_params", field);
        foreach (var (offset, value, field) in ContextFlags)
            if (probe[offset] != value)
                throw Refuse(directory, $"version {version}: llama_context_params.{field} at byte {offset} is {probe[offset]}, expected {value}");
        ExpectEnd(directory, version, probe, Unsafe.SizeOf<ContextParams>(), "llama_context_params");

        probe = Call("llama_model_default_params");
        foreach (var (offset, value, field) in ModelDefaults)
            Compare(directory, version, probe, offset, value, "llama_model_params", field);
        if (probe[72] != 0 || probe[74] != 1)
            throw Refuse(directory, $"version {version}: llama_model_params.use_extra_bufts is not at byte 74");
        ExpectEnd(directory, version, probe, Unsafe.SizeOf<ModelParams>(), "llama_model_params");

        if (LlamaNative.llama_max_parallel_sequences() < 256)
            throw Refuse(directory, $"version {version}: it allows {LlamaNative.llama_max_parallel_sequences()} sequences, 256 are needed");
    }

    private static byte[] Call(string function)
    {
        Probe result = ((delegate* unmanaged<Probe>)LlamaLibrary.Export(function))();
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Probe, byte>(ref result), ProbeSize).ToArray();
    }

    private static void Compare(string directory, string version, byte[] probe, int offset, int expected, string type, string field)
    {
        int found = BinaryPrimitives.ReadInt32LittleEndian(probe.AsSpan(offset));
        if (found != expected)
            throw Refuse(directory, $"version {version}: {type}.{field} at byte {offset} is {found}, expected {expected}");
    }

    private static void ExpectEnd(string directory, string version, byte[] probe, int size, string type)
    {
        int last = probe.AsSpan().LastIndexOfAnyExcept((byte)0);
        if (last >= size)
            throw Refuse(directory, $"version {version}: {type} has at least {last + 1} bytes, expected {size}");
    }

    private static UserException Refuse(string directory, string why) => new(
        $"{directory}: this libllama cannot be used: {why}; this program is bound to llama.cpp v0.5.0 (npm node-llama-cpp 3.22.1): run scripts/build, or point --llama-dir at that version");
}
