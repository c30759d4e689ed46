namespace Miwv.Llama;

/// <summary>llama_decode did not succeed; Status is its return value (1 = no room in the cache, 2 = aborted, negative = error).</summary>
public sealed class DecodeException(int status, string nativeMessage)
    : Exception($"llama_decode returned {status}{(nativeMessage.Length > 0 ? ": " + nativeMessage : "")}")
{
    public int Status { get; } = status;

    /// <summary>An allocation or the computation failed (-2, -3): a smaller decode may do.</summary>
    public bool IsForWantOfMemory => Status is -2 or -3;
}
