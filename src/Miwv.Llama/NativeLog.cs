using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>Keeps the native library's own messages off the terminal; its last error is put into ours.</summary>
public static unsafe partial class NativeLog
{
    private const int Warn = 3, Error = 4, Continue = 5;
    private static readonly Lock Gate = new();
    private static readonly StringBuilder Current = new();
    private static string lastError = "";
    private static int level;
    private static bool memoryIsFull, driverIsOld;

    /// <summary>Called with (isError, line) for every warning and error line; null = quiet.</summary>
    public static Action<bool, string>? Sink { get; set; }

    internal static void Install()
    {
        LlamaNative.llama_log_set(&OnMessage, null);
        GgmlNative.ggml_set_abort_callback(&OnAbort);
    }

    /// <summary>The last error line since the previous call, or the empty string.</summary>
    public static string TakeError()
    {
        lock (Gate)
        {
            string text = lastError;
            lastError = "";
            return text;
        }
    }

    [UnmanagedCallersOnly]
    private static void OnMessage(int messageLevel, byte* text, void* user)
    {
        lock (Gate)
        {
            if (messageLevel != Continue) level = messageLevel;
            if (level is not (Warn or Error)) return;
            Current.Append(Marshal.PtrToStringUTF8((nint)text));
            if (Current.Length == 0 || Current[^1] != '\n') return;
            string line = Current.ToString().Trim();
            Current.Clear();
            if (line.Length == 0) return;
            if (level == Error) lastError = line;
            memoryIsFull |= level == Error && line.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
            // machine code is there for some cards only; the PTX for the others needs a driver as new as the library's compiler
            driverIsOld |= level == Error && line.Contains("unsupported toolchain", StringComparison.Ordinal);
            Sink?.Invoke(level == Error, line);
        }
    }

    // The library would abort the process right after this, with a core dump; everything already journaled stays. Ending here
    // instead leaves one line and the exit code of any other failure.
    [UnmanagedCallersOnly]
    private static void OnAbort(byte* message)
    {
        string text = (Marshal.PtrToStringUTF8((nint)message) ?? "").ReplaceLineEndings(" ").Trim();
        string advice = memoryIsFull ? "the device's memory is full: free some of it, then go on with --resume"
            : driverIsOld ? "the NVIDIA driver is too old for this library on this card: install 590 or later, or compute on the CPU (-ngl 0)" : "finished results are kept, go on with --resume";
        Console.Error.WriteLine($"miwv: the native library stopped the process: {text}; {advice}");
        if (!OperatingSystem.IsWindows()) Exit(1);
    }

    // Environment.Exit would wait for the very thread that is here
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
