using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_chat_message: two zero-terminated UTF-8 strings.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ChatMessage
{
    public byte* role;
    public byte* content;
}
