using System.Reflection;
using System.Runtime.InteropServices;
using Miwv.Data;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>
/// The loaded libllama: found, loaded and checked once per process, before anything else of this project is used.
/// A library whose structs are laid out differently is refused, never tried.
/// </summary>
public static unsafe class LlamaLibrary
{
    /// <summary>The version this binding was written against.</summary>
    public const string BoundVersion = "0.5.0-dev";

    private static readonly Lock Gate = new();
    private static nint llama, ggml, ggmlBase;
    private static bool resolves;

    /// <summary>Directory the library was loaded from; null before <see cref="Load"/>.</summary>
    public static string? Directory { get; private set; }

    public static string Version { get; private set; } = "";

    /// <summary>Loads the library, or does nothing if it is loaded already.</summary>
    /// <param name="directory">A directory with libllama, libggml and libggml-base; null = MIWV_LLAMA_DIR, else the pinned package.</param>
    /// <exception cref="UserException">No library there, a symbol is missing, or its structs are not those of v0.5.0.</exception>
    public static void Load(string? directory = null)
    {
        lock (Gate)
        {
            if (Directory is not null)
            {
                if (directory is not null && Path.GetFullPath(directory) != Directory)
                    throw new UserException($"libllama is loaded already from {Directory}; a process can use only one");
                return;
            }
            string found = LlamaDirectory.Find(directory, CudaRuntime.Found.IsComplete);
            if (CudaRuntime.Found.IsComplete) CudaRuntime.Found.Preload();
            ggmlBase = LoadFile(found, "ggml-base");
            ggml = LoadFile(found, "ggml");
            llama = LoadFile(found, "llama");
            if (!resolves) NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, Resolve);
            resolves = true; // also behind a library that is refused now: another directory may be tried
            AbiGuard.Check(found);
            NativeLog.Install();
            GgmlNative.ggml_backend_load_all_from_path(found);
            LlamaNative.llama_backend_init();
            Version = Marshal.PtrToStringUTF8((nint)LlamaNative.llama_version()) ?? "";
            Directory = found;
        }
    }

    /// <summary>Devices the library can compute on, the CPU included.</summary>
    public static IReadOnlyList<ComputeDevice> Devices()
    {
        Load();
        var devices = new List<ComputeDevice>();
        for (nuint i = 0; i < GgmlNative.ggml_backend_dev_count(); i++)
        {
            nint device = GgmlNative.ggml_backend_dev_get(i);
            nuint free, total;
            GgmlNative.ggml_backend_dev_memory(device, &free, &total);
            devices.Add(new ComputeDevice(
                Marshal.PtrToStringUTF8((nint)GgmlNative.ggml_backend_dev_name(device)) ?? "",
                Marshal.PtrToStringUTF8((nint)GgmlNative.ggml_backend_dev_description(device)) ?? "",
                GgmlNative.ggml_backend_dev_type(device) is GgmlNative.DeviceGpu or GgmlNative.DeviceIntegratedGpu, (long)free, (long)total));
        }
        return devices;
    }

    internal static bool TryGetExport(string name) => NativeLibrary.TryGetExport(llama, name, out _);

    internal static nint Export(string name) => NativeLibrary.GetExport(llama, name);

    private static nint LoadFile(string directory, string name)
    {
        string path = LlamaDirectory.FileOf(directory, name)
            ?? throw new UserException($"{directory}: no lib{name} there; run scripts/build, or name a directory with llama.cpp v0.5.0 libraries (--llama-dir, MIWV_LLAMA_DIR)");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserException($"{path}: cannot be loaded: {FirstLine(e.Message)}", e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        LlamaNative.Library => llama,
        GgmlNative.Library => ggml,
        GgmlNative.BaseLibrary => ggmlBase,
        _ => 0,
    };

    private static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n')[0];
}
