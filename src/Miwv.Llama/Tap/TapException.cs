namespace Miwv.Llama.Tap;

/// <summary>The graph is not what the tap expects; the wave is void, the process is not.</summary>
public sealed class TapException(string message) : Exception(message);
