using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_model_params of llama.cpp v0.5.0 (80 bytes); only the fields that are read or set here are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct ModelParams
{
    [FieldOffset(16)] public int n_gpu_layers;
    [FieldOffset(20)] public int split_mode;
    [FieldOffset(24)] public int load_mode;
    [FieldOffset(28)] public int lazy_mode;
    [FieldOffset(32)] public int main_gpu;
    [FieldOffset(48)] public nint progress_callback;
    [FieldOffset(56)] public nint progress_callback_user_data;
    [FieldOffset(64)] public nint kv_overrides;
    [FieldOffset(72)] public byte vocab_only;
    [FieldOffset(73)] public byte check_tensors;
    [FieldOffset(74)] public byte use_extra_bufts;
}
