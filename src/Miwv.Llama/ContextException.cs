using Miwv.Data;

namespace Miwv.Llama;

/// <summary>The library could not make a context; most often because memory is short, so that a smaller one may do.</summary>
public sealed class ContextException(string message) : UserException(message);
