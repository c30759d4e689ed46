using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>The few functions of libggml and libggml-base that are used.</summary>
internal static unsafe partial class GgmlNative
{
    public const string Library = "ggml", BaseLibrary = "ggml-base";

    // ggml_backend_dev_type; 0 is a CPU and 3 an accelerator that uses its memory
    public const int DeviceGpu = 1, DeviceIntegratedGpu = 2;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ggml_backend_load_all_from_path(string directory);
    [LibraryImport(Library)] public static partial nuint ggml_backend_dev_count();
    [LibraryImport(Library)] public static partial nint ggml_backend_dev_get(nuint index);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_dev_name(nint device);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_dev_description(nint device);
    [LibraryImport(BaseLibrary)] public static partial int ggml_backend_dev_type(nint device);
    [LibraryImport(BaseLibrary)] public static partial void ggml_backend_dev_memory(nint device, nuint* free, nuint* total);
    [LibraryImport(BaseLibrary)] public static partial byte ggml_backend_buffer_is_host(nint buffer);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_buffer_get_base(nint buffer);
    [LibraryImport(BaseLibrary)] public static partial nuint ggml_backend_buffer_get_size(nint buffer);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_buffer_name(nint buffer);
    [LibraryImport(BaseLibrary)] public static partial void ggml_backend_tensor_get(Tensor* tensor, void* data, nuint offset, nuint size);
    [LibraryImport(BaseLibrary)] public static partial nint ggml_set_abort_callback(delegate* unmanaged<byte*, void> callback);
}
