namespace Miwv.Perf.Models;

/// <summary>Writes the encoded elements from <paramref name="first"/> on; whole blocks only. Called from several threads.</summary>
/// <param name="first">Index of the first element within the tensor.</param>
/// <param name="destination">Encoded bytes to fill.</param>
public delegate void TensorFill(long first, Span<byte> destination);
