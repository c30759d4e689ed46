using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_model_params of llama.cpp v0.5.0 (80 bytes); only the fields that this project sets are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct ModelParams
{
    [FieldOffset(16)] public int n_gpu_layers;
    [FieldOffset(72)] public byte vocab_only;
}
