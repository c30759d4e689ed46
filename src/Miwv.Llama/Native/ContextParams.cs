using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_context_params of llama.cpp v0.5.0 (160 bytes); only the fields that are set here are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal unsafe struct ContextParams
{
    [FieldOffset(0)] public uint n_ctx;
    [FieldOffset(4)] public uint n_batch;
    [FieldOffset(8)] public uint n_ubatch;
    [FieldOffset(12)] public uint n_seq_max;
    [FieldOffset(20)] public uint n_outputs_max;
    [FieldOffset(24)] public uint n_outputs_max_per_seq;
    [FieldOffset(28)] public int n_threads;
    [FieldOffset(32)] public int n_threads_batch;
    [FieldOffset(44)] public int pooling_type;
    [FieldOffset(52)] public int flash_attn_type;
    [FieldOffset(104)] public int type_k;
    [FieldOffset(108)] public int type_v;
    [FieldOffset(128)] public byte embeddings;
    [FieldOffset(133)] public byte kv_unified;
    [FieldOffset(136)] public SamplerOfSequence* samplers;
    [FieldOffset(144)] public nuint n_samplers;
}
