using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_batch of llama.cpp v0.5.0 (56 bytes), passed by value.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct Batch
{
    [FieldOffset(0)] public int n_tokens;
    [FieldOffset(8)] public int* token;
    [FieldOffset(16)] public float* embd;
    [FieldOffset(24)] public int* pos;
    [FieldOffset(32)] public int* n_seq_id;
    [FieldOffset(40)] public int** seq_id;
    [FieldOffset(48)] public sbyte* logits;
}
