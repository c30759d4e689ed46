using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>The head of ggml_tensor of ggml 0.25.1 (336 bytes): what the graph tap reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 336)]
internal unsafe struct Tensor
{
    public const int OpMulMat = 29, OpPad = 64;
    public const int FlagCompute = 16;

    [FieldOffset(0)] public int type;
    [FieldOffset(8)] public nint buffer;
    [FieldOffset(16)] public fixed long ne[4];
    [FieldOffset(48)] public fixed ulong nb[4];
    [FieldOffset(80)] public int op;
    [FieldOffset(148)] public int flags;
    [FieldOffset(152)] public Tensor* src0;
    [FieldOffset(232)] public Tensor* view_src;
    [FieldOffset(248)] public void* data;
}
