using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>What builds a few operations behind a model's graph. Tensors belong to the graph's context; nothing is freed here.</summary>
internal static unsafe partial class GgmlNative
{
    public const int TypeF32 = 0, TypeI32 = 26;

    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_new_tensor_1d(void* context, int type, long ne0);
    [LibraryImport(BaseLibrary)] public static partial void ggml_set_input(Tensor* tensor);
    [LibraryImport(BaseLibrary)] public static partial void ggml_set_output(Tensor* tensor);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_reshape_1d(void* context, Tensor* a, long ne0);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_reshape_2d(void* context, Tensor* a, long ne0, long ne1);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_reshape_3d(void* context, Tensor* a, long ne0, long ne1, long ne2);

    /// <summary>[rows] i32: index of each row's highest element; −1 on CUDA for a row that has none.</summary>
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_argmax(void* context, Tensor* a);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_cast(void* context, Tensor* a, int type);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_clamp(void* context, Tensor* a, float least, float most);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_soft_max(void* context, Tensor* a);

    /// <summary>Rows <paramref name="rows"/> [k, m] of <paramref name="a"/> [n, r, m]: [n, k, m].</summary>
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_get_rows(void* context, Tensor* a, Tensor* rows);
    [LibraryImport(BaseLibrary)] public static partial Tensor* ggml_concat(void* context, Tensor* a, Tensor* b, int dimension);
    [LibraryImport(BaseLibrary)] public static partial void ggml_build_forward_expand(void* graph, Tensor* tensor);
    [LibraryImport(BaseLibrary)] public static partial void ggml_backend_tensor_set(Tensor* tensor, void* data, nuint offset, nuint size);
    [LibraryImport(BaseLibrary)] public static partial byte ggml_backend_buft_is_host(nint bufferType);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_buft_name(nint bufferType);
}
