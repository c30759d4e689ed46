namespace Miwv.Llama;

/// <summary>A device of libllama; memory in bytes (0 where the library does not know).</summary>
public sealed record ComputeDevice(string Name, string Description, bool IsGpu, long FreeBytes, long TotalBytes);
