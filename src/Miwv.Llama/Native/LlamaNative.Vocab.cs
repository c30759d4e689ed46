using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

internal static unsafe partial class LlamaNative
{
    [LibraryImport(Library)] public static partial int llama_vocab_n_tokens(nint vocab);
    [LibraryImport(Library)] public static partial int llama_vocab_type(nint vocab);
    [LibraryImport(Library)] public static partial int llama_vocab_bos(nint vocab);
    [LibraryImport(Library)] public static partial int llama_vocab_eos(nint vocab);
    [LibraryImport(Library)] public static partial byte llama_vocab_get_add_bos(nint vocab);
    [LibraryImport(Library)] public static partial byte llama_vocab_is_control(nint vocab, int token);

    /// <summary>Number of tokens, or minus the number needed if <paramref name="max"/> is too small.</summary>
    [LibraryImport(Library)] public static partial int llama_tokenize(nint vocab, byte* text, int length, int* tokens, int max, byte add_special, byte parse_special);

    /// <summary>Number of bytes, or minus the number needed.</summary>
    [LibraryImport(Library)] public static partial int llama_token_to_piece(nint vocab, int token, byte* buffer, int length, int lstrip, byte special);
}
